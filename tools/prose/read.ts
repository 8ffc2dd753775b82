import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { commentsOf } from './comments';
import { passagesOfMarkdown } from './markdown';
import { messagesOf } from './messages';
import { type Passage, type Sentence, sentencesOf } from './passage';
import { passagesOfPython } from './python';

/** A sentence with its file and line. */
export interface PlacedSentence extends Sentence {
  /** Path of the file, relative to the root of the checkout. */
  readonly file: string;
}

const code = [
  /^packages\/[^/]+\/src\/.*\.ts$/,
  /^(?:examples|benchmarks|tools)\/.*\.(?:[cm]?[jt]s|py)$/,
  /^integration\/(?!test\/).*\.[cm]?[jt]s$/,
];
const pages = [
  /^(?:README|CONTRIBUTING|RELEASING)\.md$/,
  /^packages\/[^/]+\/README\.md$/,
  /^docs\/.*\.md$/,
];
/** Pages that programs write. Their text is in the source code of those programs. */
const generated =
  /^docs\/(?:benchmarks|performance|methods|results|calibration|compared-with-libraries|foreign-models)\.md$/;
const tests = /\/test\/|\.test\.ts$/;

/**
 * Reads the sentences of comments, docstrings, messages and pages that have at least five words. Tests and generated pages are left out.
 *
 * @param root A checkout. Only files that git tracks are read, in the order of their names.
 * @param path Only files whose path begins with this text are read.
 */
export function readSentences(root: string, path = ''): PlacedSentence[] {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter(file => file.startsWith(path) && !tests.test(file) && !generated.test(file))
    .filter(file => [...code, ...pages].some(pattern => pattern.test(file)))
    .filter(file => existsSync(join(root, file)))
    .sort();
  return files.flatMap(file =>
    passagesIn(file, readFileSync(join(root, file), 'utf8'))
      .flatMap(passage => sentencesOf(passage, 5))
      .sort((a, b) => a.line - b.line)
      .map(sentence => ({ file, ...sentence })),
  );
}

/** Returns the prose of one file. The file extension decides how the file is read. */
export function passagesIn(file: string, text: string): Passage[] {
  if (file.endsWith('.md')) return passagesOfMarkdown(text);
  if (file.endsWith('.py')) return passagesOfPython(text);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return [...commentsOf(source), ...messagesOf(source)];
}
