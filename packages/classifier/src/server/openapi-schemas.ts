const share = { type: 'number', minimum: 0, maximum: 1 } as const;

/** The forms of answers as JSON schemas. */
export function answerSchemas(classes: readonly string[]) {
  const name = { type: 'string', enum: [...classes] };
  const answer = {
    photo: { type: 'string', description: "The file's name, or its position in the request." },
    known: {
      type: 'boolean',
      description:
        'Whether the photo resembles the training photos. If not, the class means little.',
    },
    novelty: {
      type: 'number',
      description:
        'How much the photo differs from the training photos, 0 to 2. Absent if the classifier cannot measure it.',
    },
    sure: {
      type: 'boolean',
      description: 'Whether exactly one class is possible and the photo is known.',
    },
    task: { type: 'string', enum: ['single-label', 'multi-label'] },
    class: { ...name, description: 'The most probable class.' },
    classIndex: { type: 'integer', minimum: 0 },
    probability: { ...share, description: 'Calibrated probability of the class.' },
    probabilities: {
      type: 'object',
      additionalProperties: share,
      description: 'Calibrated probability of every class.',
    },
    fits: {
      type: 'array',
      items: name,
      description: 'All classes that are possible, the most probable first.',
    },
    labels: {
      type: 'array',
      description:
        'With the task multi-label: every class, with its threshold and whether it is present.',
      items: {
        type: 'object',
        properties: {
          class: name,
          probability: share,
          threshold: { type: 'number' },
          present: { type: 'boolean' },
        },
        required: ['class', 'probability', 'threshold', 'present'],
      },
    },
  };
  const required = [
    'photo',
    'known',
    'sure',
    'task',
    'class',
    'classIndex',
    'probability',
    'probabilities',
    'fits',
  ];
  const explanation = {
    ...answer,
    explained: { ...name, description: 'The class that the map explains.' },
    flat: {
      type: 'boolean',
      description: "Whether no place raised the class's score, so that there is nothing to see.",
    },
    map: {
      type: 'object',
      description:
        'The heat map, row by row, at least 0, not normalized, at the resolution of the layer.',
      properties: {
        height: { type: 'integer' },
        width: { type: 'integer' },
        covers: {
          type: 'array',
          items: { type: 'number' },
          description:
            'The share of the height and of the width of the photo that the map covers, from the top left. Absent if it covers the whole photo.',
        },
        values: { type: 'array', items: { type: 'number', minimum: 0 } },
      },
      required: ['height', 'width', 'values'],
    },
  };
  const error = {
    type: 'object',
    properties: {
      code: { type: 'string', description: 'A word for programs, such as photo-unreadable.' },
      message: { type: 'string', description: 'A sentence for people.' },
    },
    required: ['code', 'message'],
  };
  const failed = {
    type: 'object',
    properties: { photo: answer.photo, error },
    required: ['photo', 'error'],
  };
  const listOf = (item: object) => ({
    type: 'object',
    properties: { answers: { type: 'array', items: { oneOf: [item, failed] } } },
    required: ['answers'],
  });
  return {
    Answer: { type: 'object', properties: answer, required },
    Explanation: {
      type: 'object',
      properties: explanation,
      required: [...required, 'explained', 'flat', 'map'],
    },
    Answers: listOf({ $ref: '#/components/schemas/Answer' }),
    Explanations: listOf({ $ref: '#/components/schemas/Explanation' }),
    Error: {
      type: 'object',
      properties: { error, answers: { type: 'array', items: failed } },
      required: ['error'],
    },
  };
}
