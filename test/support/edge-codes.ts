/** Close codes at the edges of every range, and one of all others. */
export const EDGES: readonly number[] = [
  0, 1, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015,
  1016, 1100, 2999, 3000, 3003, 3008, 3999, 4000, 4400, 4401, 4403, 4408, 4429, 4999, 5000, 65_535,
]
