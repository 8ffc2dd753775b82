import { FormatError, type ReadOptions } from '../error';

/**
 * Thrown when a PyTorch checkpoint is damaged or cut short, when it holds no state dict, or when a file is not a checkpoint of PyTorch.
 *
 * @example
 * ```ts
 * try {
 *   await openPytorch(bytes, { source: 'model.pth' });
 * } catch (error) {
 *   if (!(error instanceof PytorchError)) throw error;
 *   console.error(error.message); // model.pth is not a whole PyTorch checkpoint: it ends within its pickle.
 * }
 * ```
 */
export class PytorchError extends FormatError {
  override readonly name = 'PytorchError';
}

/**
 * Thrown when the pickle in a PyTorch checkpoint asks for a Python function or class that a state dict does not need. Nothing of the file
 * was used: such a file can run any program when Python opens it.
 *
 * @example
 * ```ts
 * try {
 *   await openPytorch(bytes, { source: 'model.pth' });
 * } catch (error) {
 *   if (!(error instanceof PickleGlobalError)) throw error;
 *   console.error(error.global); // such as torchvision.models.resnet.ResNet: a whole model was saved
 * }
 * ```
 */
export class PickleGlobalError extends FormatError {
  override readonly name = 'PickleGlobalError';
  /** The function or class, such as `argparse.Namespace`. */
  readonly global: string;

  constructor(global: string, { source }: ReadOptions = {}) {
    super(
      `${source ?? 'This'} asks for the Python object '${global}', which a state dict does not need, so nothing of it is read. ` +
        "In Python, torch.save(model.state_dict(), 'weights.pth') writes the tensors alone.",
      { source },
    );
    this.global = global;
  }
}

/** Ends reading with a reason. */
export type Fail = (why: string, cause?: unknown) => never;

export function failing({ source }: ReadOptions): Fail {
  return (why, cause) => {
    const what = `${source ?? 'This'} is not a whole PyTorch checkpoint: ${why}.`;
    throw new PytorchError(what, { source, cause });
  };
}
