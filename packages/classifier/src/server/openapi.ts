import { answerSchemas } from './openapi-schemas';
import type { RequestLimits } from './options';
import type { Opened } from './protocol';
import { explainQuery, predictQuery } from './queries';
import { pictureFormats } from './task';

/** One operation, with what both a program and the page of the API need. */
export interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: object }>
  >;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'query';
  readonly description: string;
  readonly schema: { readonly type: string; readonly enum?: readonly string[] };
}

export interface ApiDescription {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object };
}

const reference = (name: keyof ReturnType<typeof answerSchemas>) => ({
  $ref: `#/components/schemas/${name}`,
});
const json = (schema: object) => ({ 'application/json': { schema } });
const binary = { type: 'string', format: 'binary' } as const;

const requestBody = {
  required: true,
  description: 'The bytes of one photo, or a form with the files of several.',
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        properties: { photo: { type: 'array', items: binary } },
        required: ['photo'],
      },
    },
    'image/*': { schema: binary },
    'application/octet-stream': { schema: binary },
  },
};

const parametersOf = (query: typeof predictQuery | typeof explainQuery): Parameter[] =>
  Object.entries(query.properties).map(([name, { description, ...schema }]) => ({
    ...{ name, in: 'query', description, schema },
  }));

/** The description of the API in the format of OpenAPI. */
export function openApi({ title, classes }: Opened, limits: RequestLimits): ApiDescription {
  const { requests, photos, bytes, pixels, seconds } = limits;
  const error = (description: string) => ({ description, content: json(reference('Error')) });
  const errors = {
    400: error('There is no photo, or an option is invalid.'),
    408: error(`The request did not arrive within ${seconds} s.`),
    413: error(`More than ${bytes} bytes or ${photos} photos.`),
    415: error('The body is neither a photo nor a form with photos.'),
    422: error(`No photo can be read, or each has more than ${pixels} pixels.`),
    500: error('The server could not compute the photo.'),
    503: error(
      `The server has ${requests} requests. The header Retry-After says when to try again.`,
    ),
    504: error(`The answer took longer than ${seconds} s.`),
  };
  const text = (description: string) => ({
    description,
    content: { 'text/plain': { schema: { type: 'string' } } },
  });
  const state = (description: string) => ({ description, content: json({ type: 'object' }) });
  const pictures = Object.values(pictureFormats).map(type => [type, { schema: binary }]);
  return {
    openapi: '3.1.0',
    info: {
      title,
      version: '1',
      description: `Classifies photos as ${classes.join(', ')}, and shows what the classifier looked at.`,
    },
    paths: {
      '/predict': {
        post: {
          summary: 'Classifies photos.',
          description:
            'Look at known first: if it is false, the photo does not resemble any training photo, and the class means little.',
          parameters: parametersOf(predictQuery),
          requestBody,
          responses: {
            200: {
              description: 'An answer or an error for each photo, in order.',
              content: json(reference('Answers')),
            },
            ...errors,
          },
        },
      },
      '/explain': {
        post: {
          summary: 'Classifies photos and computes a heat map for each.',
          description: 'The answer is from one view of the photo, without averaging.',
          parameters: parametersOf(explainQuery),
          requestBody,
          responses: {
            200: {
              description:
                'An explanation or an error for each photo, in order; or a picture of one photo with its heat map.',
              content: { ...json(reference('Explanations')), ...Object.fromEntries(pictures) },
            },
            ...errors,
            406: error('The header Accept allows neither JSON nor PNG nor SVG.'),
          },
        },
      },
      '/health': {
        get: { summary: 'Whether the server runs.', responses: { 200: state('It runs.') } },
      },
      '/ready': {
        get: {
          summary: 'Whether the server can answer.',
          responses: {
            200: state('It can.'),
            503: state('No process can compute, or the server closes.'),
          },
        },
      },
      '/metrics': {
        get: {
          summary: 'Counts and times for Prometheus.',
          responses: {
            200: text('Requests, times, photos that wait, sizes of batches, processes.'),
          },
        },
      },
      '/openapi.json': {
        get: { summary: 'This description.', responses: { 200: state('OpenAPI 3.1.') } },
      },
      '/api': {
        get: {
          summary: 'This description as a page.',
          responses: {
            200: { description: 'HTML.', content: { 'text/html': { schema: { type: 'string' } } } },
          },
        },
      },
    },
    components: { schemas: answerSchemas(classes) },
  };
}
