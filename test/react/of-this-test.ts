/** What was said on `console.error` in this test. It fails for any that it does not take from here. */
export const complaints: string[] = []

/** What is to be done when this test is over, while its clock still goes. */
export const atEnd: (() => void)[] = []
