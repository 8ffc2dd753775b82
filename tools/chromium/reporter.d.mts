import type { Reporter } from 'vitest/node';

export class SkippedTests implements Reporter {
  onTestRunEnd: NonNullable<Reporter['onTestRunEnd']>;
}
