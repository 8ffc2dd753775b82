import { toJsonSchema } from '@valibot/to-json-schema';
import { parse } from 'valibot';
import { expect, test } from 'vitest';
import { errorLine, resultLine } from '../../src/command/json';
import { outputSchema } from '../../src/command/output';

// `npx vitest run packages/classifier/test/command/output.test.ts -u` writes the file anew.
test('the published JSON Schema is that of the code', async () => {
  const title = 'What `shroom <verb> --json` prints';
  const schema = { ...toJsonSchema(outputSchema), title };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
    '../../../../docs/public/shroom-output-1.schema.json',
  );
});

test('an error has the form that is published, with and without a verb', () => {
  for (const verb of ['predict', undefined]) {
    const line = errorLine(verb, new RangeError('Too large.'));
    expect(parse(outputSchema, JSON.parse(line))).toEqual({
      shroom: 1,
      verb: verb ?? null,
      error: { name: 'RangeError', message: 'Too large.' },
    });
  }
});

test('the result of one verb is not that of another', () => {
  const counts = { sure: 0, unsure: 0, unknown: 0, unreadable: 0 };
  const line = (verb: string) => JSON.parse([...resultLine(verb, { photos: [], counts })].join(''));
  expect(parse(outputSchema, line('predict')).verb).toBe('predict');
  expect(() => parse(outputSchema, line('evaluate'))).toThrow();
});
