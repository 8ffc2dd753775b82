import { afterEach, describe, expect, test, vi } from 'vitest';
import { barLine, startBar } from '../../src/command/terminal/bar';
import { nearest } from '../../src/command/terminal/nearest';
import { printerTo } from '../../src/command/terminal/printer';
import { duration, listed, roughly, size } from '../../src/command/terminal/words';
import { widthOf, wrapped } from '../../src/command/terminal/wrap';
import { screenOf } from './screen';

afterEach(() => vi.unstubAllEnvs());

describe('lines', () => {
  test('are broken between words, and keep their indentation', () => {
    expect(wrapped('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrapped('  one two three', 9)).toEqual(['  one two', '  three']);
    expect(wrapped('one\n\ntwo', 20)).toEqual(['one', '', 'two']);
    expect(wrapped('', 20)).toEqual(['']);
  });

  test('keep a word whole that is longer than a line', () => {
    const path = '/a/long/path/to/a/photo.jpg';
    expect(wrapped(`see ${path} there`, 10)).toEqual(['see', path, 'there']);
  });

  test('count what is seen: no colors, and two columns for wide characters', () => {
    expect(widthOf('\u001b[1mbold\u001b[22m')).toBe(4);
    expect(widthOf('菌 é')).toBe(4);
    expect(wrapped('\u001b[1mone two\u001b[22m three', 7)).toHaveLength(2);
    expect(wrapped('菌菌 菌菌', 8)).toEqual(['菌菌', '菌菌']);
  });
});

describe('a printer', () => {
  const text =
    'the class is among those that fit in 90 %; it is in 93 % of the photos of this test part';

  test.each([50, 100])('fits a terminal of %i columns', columns => {
    const { printer, text: printed } = screenOf(columns);
    printer.heading('Test');
    printer.fact('promise', text);
    printer.warn(text);
    printer.say(text);
    const lines = printed().split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(printed().replace(/\s+/g, ' ').trim()).toBe(`Test promise ${text} ! ${text} ${text}`);
    const second = lines[lines.findIndex(line => line.startsWith('  promise')) + 1]!;
    expect(second.startsWith(' '.repeat(14))).toBe(true);
  });

  test('wraps nothing without a terminal', () => {
    const { printer, text: printed } = screenOf();
    printer.fact('promise', text);
    expect(printed()).toBe(`  promise     ${text}\n`);
  });

  test('colors only terminals, and obeys NO_COLOR', () => {
    const stream = { write: () => {}, isTTY: true, columns: 80 };
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('TERM', 'xterm');
    expect(printerTo(stream).paint('bold', 'x')).toBe('\u001b[1mx\u001b[22m');
    expect(printerTo({ write: () => {} }).paint('bold', 'x')).toBe('x');
    vi.stubEnv('NO_COLOR', '1');
    expect(printerTo(stream).paint('bold', 'x')).toBe('x');
  });

  test('can be silent', () => {
    const write = vi.fn();
    printerTo({ write }, { silent: true }).say('x');
    expect(write).not.toHaveBeenCalled();
  });
});

describe('a progress bar', () => {
  const state = {
    done: 120,
    total: 540,
    rate: 12,
    remaining: 35,
    note: 'epoch 3, validation 81 %',
  };

  test('leaves out what does not fit, the note first', () => {
    const of = (columns: number) => barLine(screenOf(columns).printer, 'features', 'views', state);
    expect(of(120)).toContain(
      '22 %  120/540 views  12 views/s  35 s left  epoch 3, validation 81 %',
    );
    expect(of(80)).toMatch(/22 % {2}120\/540 views {2}12 views\/s {2}35 s left$/);
    expect(of(50)).toMatch(/^ {2}features {4}█+░+ {2}22 % {2}120\/540 views/);
    for (const columns of [40, 50, 80, 120]) expect(of(columns).length).toBeLessThan(columns);
  });

  test('is a line for each tenth without a terminal', () => {
    const { printer, text } = screenOf();
    const bar = startBar(printer, 'features', 'views');
    for (let done = 1; done <= 40; done++) bar.update(done, 40);
    bar.stop();
    const lines = text().trim().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toMatch(/^ {2}features +100 % {2}40\/40 views/);
  });

  test('counts without a share while the total is not known', () => {
    const line = barLine(screenOf(80).printer, 'classifying', 'photos', {
      ...{ ...state, total: undefined },
    });
    expect(line).toBe('  classifying 120 photos  12 photos/s  epoch 3, validation 81 %');
    const { printer, text } = screenOf();
    const bar = startBar(printer, 'classifying', 'photos');
    for (let done = 1; done <= 2500; done++) bar.update(done, undefined);
    bar.stop();
    expect(text().match(/\d+ photos /g)).toEqual(['1000 photos ', '2000 photos ']);
    expect(text()).not.toContain('%');
  });
});

test('words', () => {
  expect([5, 60, 90.2, 3700].map(duration)).toEqual([
    ...['5 s', '1 min 0 s', '1 min 31 s', '1 h 1 min'],
  ]);
  expect([4.2, 90, 3700, 200_000].map(roughly)).toEqual(['5 s', '1 min', '1 h', '2 days']);
  expect([900, 1_500_000, 95_128_781, 3.2e9].map(size)).toEqual([
    ...['1 kB', '1.5 MB', '95 MB', '3.2 GB'],
  ]);
  expect(listed(['a', 'b', 'c'])).toBe('a, b or c');
});

test('the nearest names come first, and far ones not at all', () => {
  expect(nearest('amanitta', ['Boletus', 'Amanita', 'Russula'])).toEqual(['Amanita']);
  expect(nearest('resnet5', ['resnet50', 'resnet18', 'convnext_base'])).toEqual([
    'resnet50',
    'resnet18',
  ]);
  expect(nearest('xyz', ['Boletus'])).toEqual([]);
});
