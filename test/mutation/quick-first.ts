import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The units of one part, then those of whole connections, then properties: the first failure ends a run. */
export class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

function rank({ moduleId }: TestSpecification): number {
  if (moduleId.includes('.property.')) return 2
  return moduleId.includes('/connection.') ? 1 : 0
}
