import { describe, expect, test } from 'vitest';
import { verbsWithOutput } from '../../src/command/output';
import { type Call, parse, type Told } from '../../src/command/program';
import { screenOf } from './screen';

const parsed = (args: string, columns?: number) =>
  parse(args.split(' ').filter(Boolean), screenOf(columns).printer);
const told = async (args: string, columns?: number) => (await parsed(args, columns)) as Told;
const called = async (args: string) => (await parsed(args)) as Call;

const verbs = [
  'train',
  'resume',
  'evaluate',
  'predict',
  'explain',
  'finetune',
  'export',
  'compare',
].concat([
  'serve',
  'inspect',
  'pack',
  'index',
  'plan',
  'work',
  'status',
  'merge',
  'weights',
  'cache',
  'doctor',
]);

describe('the help', () => {
  test.each([50, 100])('lists the verbs, and fits %i columns', async columns => {
    const { text, kind } = await told('--help', columns);
    expect(kind).toBe('asked');
    for (const verb of verbs) expect(text).toMatch(new RegExp(`^  ${verb}\\b`, 'm'));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  });

  test.each(verbs)('of %s fits 50 columns and breaks no word', async verb => {
    const narrow = await told(`${verb} --help`, 50);
    const wide = await told(`${verb} --help`, 200);
    // A single word may be longer than the line.
    for (const line of narrow.text.split('\n'))
      expect(line.length <= 50 || !line.trim().includes(' '), line).toBe(true);
    const words = ({ text }: Told) => text.split(/\s+/).join(' ');
    expect(words(narrow)).toBe(words(wide));
    expect(wide.text).toContain('Examples:');
    expect(wide.text).toContain(`shroom ${verb}`);
  });

  test('lists no verb whose result has no published schema', async () => {
    const { text } = await told('--help', 100);
    const listed = [...text.split('Verbs:')[1]!.matchAll(/^ {2}([a-z]+) {2}/gm)].map(
      ([, verb]) => verb,
    );
    expect(listed).toEqual(expect.arrayContaining(verbs));
    expect(listed.filter(verb => !verbsWithOutput.some(each => each === verb))).toEqual([]);
  });

  test('is the same by the verb help, and shown when there is no verb', async () => {
    expect((await told('help predict')).text).toBe((await told('predict --help')).text);
    const { kind, text } = await told('');
    expect(kind).toBe('help');
    expect(text).toContain('Verbs:');
  });
});

describe('arguments', () => {
  test('a run comes first, then its photos', async () => {
    const { name, args, options } = await called('predict runs/a a.jpg b.jpg --json --views 2');
    expect([name, args]).toEqual(['predict', ['runs/a', 'a.jpg', 'b.jpg']]);
    expect(options).toEqual({ json: true, views: 2 });
  });

  test('of a training have the names of its configuration, and no value unless they are typed', async () => {
    expect((await called('train photos')).options).toEqual({});
    const { options } = await called(
      'train photos --backbone resnet50,resnet18 --test-views 2 --class-weights balanced --label-smoothing 0.1 --given-split ignore --lr 1e-3',
    );
    expect(options).toEqual({
      backbone: ['resnet50', 'resnet18'],
      ...{ testViews: 2, classWeights: 'balanced', labelSmoothing: 0.1, givenSplit: 'ignore' },
      lr: 1e-3,
    });
  });

  test.each([
    ['predct runs/a', "Unknown command 'predct'. Did you mean predict?"],
    ['predict runs/a a.jpg --veiws 2', "Unknown option '--veiws'. Did you mean --views?"],
    [
      'predict runs/a',
      "Missing required argument 'photos'. `shroom predict --help` lists the options.",
    ],
    [
      'predict a b --views many',
      /--views.*'many' is invalid. It should be a whole number, 1 or more/,
    ],
    ['train photos --recipe bset', /Allowed choices are best, reference, fast/],
    ['resume a b', /Too many arguments/],
    ['train photos --caution Beware', /two sentences/],
    ['cache --unused-for long', /such as 30d/],
  ])('%s: what is wrong, and what to do', async (args, message) => {
    const { kind, text } = await told(args);
    expect(kind).toBe('wrong');
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
  });
});
