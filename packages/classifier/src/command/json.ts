/** Version of the form of what `--json` prints. It changes only if a field is removed or gets another meaning. */
const formVersion = 1;

/** What `--json` prints for a result. */
export const resultLine = (verb: string, result: object): string =>
  `${JSON.stringify({ shroom: formVersion, verb, result })}\n`;

/** What `--json` prints for an error. */
export const errorLine = (
  verb: string | undefined,
  { name, message }: Pick<Error, 'name' | 'message'>,
): string =>
  `${JSON.stringify({ shroom: formVersion, verb: verb ?? null, error: { name, message } })}\n`;
