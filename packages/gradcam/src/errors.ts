/** The engine cannot run the model. `cause` is what it said. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** The gradient that a method needs cannot be computed. `cause` is what TensorFlow.js said. */
export class GradientError extends Error {
  override readonly name = 'GradientError';
}

/** An output that there is no class of: places, boxes, an embedding. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** What is reported of a model is not what the model itself gives. */
export class LogitsError extends Error {
  override readonly name = 'LogitsError';
}
