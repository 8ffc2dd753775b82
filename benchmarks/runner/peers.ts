import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

interface Torch {
  /** The Python that has torch. */
  readonly python: string;
  readonly version: string;
  readonly torchvision: string;
}

/** Peers that do not come from npm, as far as they are installed on this machine. */
export interface FoundPeers {
  readonly torch: Torch | undefined;
  /** The folder that holds `pytorch_grad_cam/`. */
  readonly gradCam: string | undefined;
}

/**
 * Python programs to try. Debian's packages `python3-torch` and `python3-torchvision` belong to the first; `PYTHON` sets
 * another one.
 */
const pythons = process.env.PYTHON ? [process.env.PYTHON] : ['/usr/bin/python3', 'python3'];

export function findPeers(): FoundPeers {
  const torch = pythons.map(torchOf).find(Boolean);
  const folder = process.env.PYTORCH_GRAD_CAM;
  const gradCam = folder && existsSync(join(folder, 'pytorch_grad_cam')) ? folder : undefined;
  return { torch, gradCam };
}

function torchOf(python: string): Torch | undefined {
  const program =
    'import torch, torchvision; print(torch.__version__); print(torchvision.__version__)';
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const output = execFileSync(python, ['-c', program], { encoding: 'utf8', stdio: [...stdio] });
    const [version = '', torchvision = ''] = output.trim().split('\n');
    return { python, version, torchvision };
  } catch {
    return undefined;
  }
}

/** One line for each missing peer: which columns will be absent, and how to install it. */
export function missingPeers({ torch, gradCam }: FoundPeers): string[] {
  const lines: string[] = [];
  if (!torch)
    lines.push(
      `${pythons.join(' and ')} have no torch and torchvision: the columns of PyTorch, of its loop and DataLoader, of ` +
        'pytorch-grad-cam and of exported ONNX files are absent. Debian: apt-get install python3-torch python3-torchvision; or PYTHON=<another>.',
    );
  if (torch && !gradCam)
    lines.push(
      `${process.env.PYTORCH_GRAD_CAM ? `PYTORCH_GRAD_CAM=${process.env.PYTORCH_GRAD_CAM} holds no pytorch_grad_cam/` : 'PYTORCH_GRAD_CAM is not set'}: the column of pytorch-grad-cam is absent. ` +
        'It is the folder with pytorch_grad_cam/ of https://github.com/jacobgil/pytorch-grad-cam.',
    );
  return lines;
}
