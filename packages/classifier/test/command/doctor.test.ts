import { describe, expect, test } from 'vitest';
import { printDiagnosis } from '../../src/command/doctor';
import { printEngine } from '../../src/command/engine';
import { printCommand } from '../../src/command/terminal/command';
import type { Check } from '../../src/doctor/check';
import { nativeFault } from '../../src/engine/native';
import { screenOf } from './screen';

const command = 'npm i onnxruntime-node --onnxruntime-node-install=skip';

describe('a command to copy', () => {
  test('stays on one line where there is space', () => {
    const { printer, text } = screenOf(100);
    printCommand(printer, command);
    expect(text()).toBe(`    ${command}\n`);
  });

  test('is continued by a backslash where there is none, so that no part of it runs alone', () => {
    const { printer, text } = screenOf(50);
    printCommand(printer, command);
    expect(text()).toBe('    npm i onnxruntime-node \\\n    --onnxruntime-node-install=skip\n');
  });
});

test('an engine says what it cannot do, and the command that brings a faster one', () => {
  const { printer, text } = screenOf(100);
  const { remedy } = nativeFault(undefined, { os: 'linux', arch: 'x64', libc: 'glibc' }, null);
  const about = { name: 'wasm', reason: 'slow', identity: '', failed: [] } as const;
  printEngine(printer, { ...about, limit: 'It cannot fine-tune.', faster: remedy });
  expect(text()).toBe(
    `  wasm        slow\n  ! It cannot fine-tune.\n  ! To install the engine ort:\n    ${command}\n`,
  );
});

describe.each([50, 100])('what doctor prints in %i columns', columns => {
  const checks: Check[] = [
    {
      part: 'engines',
      name: 'ort',
      standing: 'bad',
      found: 'onnxruntime-node is not installed',
      advice: 'To install the engine ort:',
      command,
    },
    { part: 'engines', name: 'wasm', standing: 'good', found: 'works: WebAssembly on one thread' },
    { part: 'machine', name: 'Node', standing: 'good', found: '20.19.0' },
    {
      part: 'disk',
      name: 'cache',
      standing: 'good',
      found: '/var/cache/shroom, 12.0 GB free',
    },
    { part: 'network', name: 'hub', standing: 'off', found: 'HF_HUB_OFFLINE forbids asking it.' },
  ];

  test('fits, and has every part with what to do', () => {
    const { printer, text } = screenOf(columns);
    printDiagnosis(printer, { works: true, engine: 'wasm', checks });
    for (const line of text().split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    expect(text()).toMatch(
      /Engines.*✗ onnxruntime-node.*! To install.*✓ works.*Machine.*Disk.*Network.*Verdict/s,
    );
    expect(text().replace(/\s+/g, ' ')).toContain('work, on the engine wasm. The lines with !');
  });

  test('says which folders cannot be written', () => {
    const { printer, text } = screenOf(columns);
    const found = '/data cannot be written (EROFS)';
    const disk = { part: 'disk', standing: 'bad', found, advice: 'Take another.' } as const;
    const closed = [
      { ...disk, name: 'cache' },
      { ...disk, name: 'this folder' },
    ];
    printDiagnosis(printer, { works: true, engine: 'ort', checks: closed });
    expect(text().replace(/\s+/g, ' ')).toContain(
      'The engine ort works, but nothing can be written to the cache and the current folder. The lines with ! say what to do.',
    );
  });

  test('says so when nothing works', () => {
    const { printer, text } = screenOf(columns);
    printDiagnosis(printer, { works: false, engine: null, checks: checks.slice(0, 1) });
    expect(text()).toContain('Nothing works yet.');
  });
});
