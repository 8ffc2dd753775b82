import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { helpColumns, helpLayout } from './help';
import type { Printer } from './terminal/printer';
import { wrapped } from './terminal/wrap';
import type { Verb } from './verb';

/** The verbs in the order of the help, each with the module that is loaded when it is called. */
const verbs: readonly (readonly [name: string, what: string, load: () => Promise<Verb>])[] = [
  ['train', 'train a classifier on photos', async () => (await import('./train')).train],
  ['resume', 'continue an interrupted run', async () => (await import('./resume')).resume],
  ['evaluate', 'test a classifier', async () => (await import('./evaluate')).evaluate],
  ['predict', 'classify photos', async () => (await import('./predict')).predict],
  ['explain', 'show where a classifier looks', async () => (await import('./explain')).explain],
  ['finetune', 'train the last stages too', async () => (await import('./finetune')).finetune],
  [
    'export',
    'write a classifier for other programs',
    async () => (await import('./export')).exportVerb,
  ],
  ['compare', 'compare runs', async () => (await import('./compare')).compare],
  ['serve', 'answer over HTTP', async () => (await import('./serve')).serve],
  ['inspect', 'find problems in photos', async () => (await import('./inspect')).inspect],
  ['pack', 'pack photos into few files', async () => (await import('./pack')).pack],
  ['index', 'index archives of photos', async () => (await import('./index-tar')).indexTar],
  ['plan', 'divide work into shards', async () => (await import('./plan')).plan],
  ['work', 'do one shard of a plan', async () => (await import('./work')).work],
  ['status', 'show how far the shards are', async () => (await import('./status')).status],
  ['merge', 'make one result of all shards', async () => (await import('./merge')).merge],
  ['weights', 'list, download and verify weights', async () => (await import('./weights')).weights],
  ['cache', 'list and prune the cache', async () => (await import('./cache')).cache],
  [
    'doctor',
    'check what works here, and what to do',
    async () => (await import('./doctor')).doctor,
  ],
];

/** A verb to run. */
export interface Call {
  readonly name: string;
  readonly verb: Verb;
  readonly args: readonly string[];
  readonly options: object & Partial<Record<'json' | 'quiet' | 'verbose', true>>;
}

/** A text to print instead: the help, the version, or what is wrong with the arguments. */
export interface Told {
  readonly text: string;
  readonly kind: 'asked' | 'help' | 'wrong';
  /** The verb that the arguments name, if there is such a verb. */
  readonly verb: string | undefined;
}

/**
 * Parses the arguments of the command. Only the module of the verb that is called is loaded, so that the help comes at once.
 *
 * @param args The arguments without Node and the name of the program.
 * @param printer Tells how wide the help may be.
 */
export async function parse(args: readonly string[], printer: Printer): Promise<Call | Told> {
  let [out, wrong] = ['', ''];
  let call: Call | undefined;
  const program = new Command('shroom')
    .description('Trains image classifiers on photos, evaluates them, and shows what they look at.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .usage('<verb> [options]')
    .addHelpCommand(
      new Command('help')
        .argument('[verb]')
        .helpOption(false)
        .summary('print the help of a verb')
        .helpGroup('Verbs:'),
    )
    .addHelpText('after', '\n`shroom <verb> --help` explains a verb.')
    .exitOverride()
    .configureHelp(helpLayout(printer))
    .configureOutput({
      writeOut: text => {
        out += text;
      },
      writeErr: text => {
        wrong += text;
      },
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .commandsGroup('Verbs:');
  const [first, second] = args;
  const wanted = first === 'help' ? second : first;
  for (const [name, what, load] of verbs) {
    const command = program.command(name).summary(what).helpOption('-h, --help', 'print this help');
    if (name !== wanted) continue;
    const verb = await load();
    verb.define(command);
    if (!command.description()) command.description(asSentence(what));
    command
      .option('--json', 'print the result as JSON on standard output')
      .option('--quiet', 'print only the result, and errors')
      .option('--verbose', 'print all findings, and where an error comes from')
      .addHelpText('after', examplesOf(verb, printer))
      .action(() => {
        call = { name, verb, args: command.args, options: command.opts() };
      });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const [verb] = verbs.find(([name]) => name === wanted) ?? [];
    if (error.exitCode === 0) return { text: out, kind: 'asked', verb };
    if (error.code === 'commander.help') return { text: wrong, kind: 'help', verb };
    return { text: whatIsWrong(wrong, verb), kind: 'wrong', verb };
  }
  return call!;
}

function examplesOf({ examples = [] }: Verb, printer: Printer): string {
  if (examples.length === 0) return '';
  const columns = helpColumns(printer);
  const lines = examples.map(line => `  ${wrapped(line, columns - 4).join('\n    ')}`);
  return `\n${printer.paint('bold', 'Examples:')}\n${lines.join('\n')}`;
}

/** Turns a message of commander into sentences, with a hint what to do. */
function whatIsWrong(message: string, verb: string | undefined): string {
  const [what = '', hint = ''] = message
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const [, suggestion] = /^\((.*)\)$/.exec(hint) ?? [];
  const help = `\`shroom ${verb === undefined ? '--help` lists the verbs.' : `${verb} --help\` lists the options.`}`;
  return `${asSentence(what)} ${suggestion ?? help}`;
}

const asSentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
