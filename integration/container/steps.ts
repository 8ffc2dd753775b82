/** One instruction of a Containerfile. */
export interface Step {
  /** Such as `RUN`, in capitals. */
  readonly name: string;
  readonly text: string;
}

/** The instructions of a Containerfile, without comments, a list for each stage. Each begins with its `FROM`. */
export function stagesOf(file: string): readonly (readonly Step[])[] {
  const lines = file.split('\n').filter(line => !line.startsWith('#'));
  const stages: Step[][] = [];
  for (const line of lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')) {
    const found = /^([A-Z]+) (.*)$/.exec(line);
    if (!found) {
      if (line.trim() === '') continue;
      throw new Error(`The Containerfile has a line that is no instruction: ${line}`);
    }
    const step = { name: found[1]!, text: found[2]!.trim() };
    if (step.name === 'FROM') stages.push([]);
    const stage = stages.at(-1);
    if (!stage) throw new Error(`The Containerfile begins with ${step.name}, not with FROM.`);
    stage.push(step);
  }
  return stages;
}

/** The text of the only step of that name. */
export function onlyStep(stage: readonly Step[], name: string): string {
  const found = stage.filter(step => step.name === name);
  if (found.length !== 1) throw new Error(`A stage has ${found.length} steps ${name}, not one.`);
  return found[0]!.text;
}

/** The variables of the steps `ENV`. */
export const variablesOf = (stage: readonly Step[]): Record<string, string> =>
  Object.fromEntries(
    stage
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ text }) => text.split(' ').map(each => each.split('=', 2) as [string, string])),
  );
