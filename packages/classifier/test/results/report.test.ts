import { expect, test } from 'vitest';
import { publishedCommand } from '../../src/results/report';

test('the command of a report names files of weights without their paths', () => {
  const shown = (command: string, backbone: string[]) =>
    publishedCommand({ command, configuration: { backbone } as never });
  const path = '/home/someone/secret/resnet18.safetensors';
  const address = 'hf:timm/resnet18.a1';
  expect(shown(`shroom train photos --backbone ${path},${address} --seed 1`, [path, address])).toBe(
    `shroom train photos --backbone resnet18.safetensors,${address} --seed 1`,
  );
  expect(shown('shroom train photos --backbone resnet50', ['resnet50'])).toBe(
    'shroom train photos --backbone resnet50',
  );
});
