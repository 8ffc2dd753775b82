import { describe, expect, test } from 'vitest';
import { nativeFault, type Platform, thisPlatform } from '../../src/engine/native';

const linux: Platform = { os: 'linux', arch: 'x64', libc: 'glibc' };
const alpine: Platform = { os: 'linux', arch: 'x64', libc: 'musl' };
const intelMac: Platform = { os: 'darwin', arch: 'x64' };
const none = { version: '1.30.0', hasBinary: false };
const command = 'npm i onnxruntime-node --onnxruntime-node-install=skip';

describe('why ort does not load', () => {
  test('it is not installed: one command brings it', () => {
    const { kind, why, remedy } = nativeFault(new Error('none'), linux, null);
    expect([kind, why]).toEqual(['missing', 'onnxruntime-node is not installed']);
    expect(remedy.command).toBe(command);
  });

  test.each([
    [intelMac, null, /no native binary for a Mac with an Intel processor/],
    [intelMac, none, /no native binary for a Mac with an Intel processor/],
    [alpine, null, /no native binary for Linux x64 with musl/],
    // Its binary is there, but it needs glibc.
    [alpine, { ...none, hasBinary: true }, /no native binary for Linux x64 with musl/],
    [{ os: 'freebsd', arch: 'x64' } as Platform, null, /no native binary for freebsd x64/],
  ])('there is none for %o, installed %o: no command helps', (platform, installed, message) => {
    const { kind, why, remedy } = nativeFault(new Error('none'), platform, installed);
    expect(kind).toBe('unsupported');
    expect(why).toMatch(message);
    expect(remedy.what).toContain('wasm computes here');
    expect(remedy.command).toBeUndefined();
  });

  test('the binary is gone, or does not load', () => {
    const incomplete = nativeFault(new Error('none'), linux, none);
    expect(incomplete.kind).toBe('incomplete');
    expect(incomplete.why).toMatch(/1\.30\.0 is installed without its binary for Linux x64/);
    expect(incomplete.remedy.command).toContain(command);
    const cause = new Error('libstdc++.so.6: version not found\n(required by it)');
    const error = new Error('backend-ort: nothing loads', { cause });
    const broken = nativeFault(error, linux, { ...none, hasBinary: true });
    expect([broken.kind, broken.why]).toEqual(['broken', 'libstdc++.so.6: version not found']);
    // An older version has a binary for Intel.
    expect(nativeFault(error, intelMac, { ...none, hasBinary: true }).kind).toBe('broken');
  });

  test('the package that is installed here has its binary', () => {
    expect(nativeFault(new Error('another reason'), thisPlatform()).kind).toBe('broken');
  });
});
