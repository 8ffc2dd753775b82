import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { withDeadline } from './deadline';
import { errorBody } from './error-answers';
import { RequestError, requestError } from './errors';
import type { Gate } from './gate';
import type { Metrics } from './metrics';
import type { RequestLimits } from './options';
import type { Pool } from './pool';
import { explainQuery, predictQuery } from './queries';
import {
  type ExplainQuery,
  type Outcome,
  type PictureFormat,
  type PredictQuery,
  pictureFormats,
  type Task,
  type UploadedPhoto,
} from './task';
import { photosOf } from './uploads';

/** What answers requests. */
export interface Desk {
  readonly pool: Pool;
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly limits: RequestLimits;
}

type Asked<Query> = { Querystring: Query };

/** Adds `POST /predict` and `POST /explain`. */
export function answerPhotos(app: FastifyInstance, desk: Desk): void {
  const { gate, limits } = desk;

  app.post<Asked<PredictQuery>>(
    '/predict',
    { schema: { querystring: predictQuery }, onRequest: gate.enter },
    async (request, reply) => {
      const photos = await photosOf(request, limits);
      const { query } = request;
      const outcomes = await computed(
        desk,
        reply,
        photos.map(photo => ({ ...photo, kind: 'predict', query })),
      );
      return sendAnswers(reply, photos, outcomes);
    },
  );

  app.post<Asked<ExplainQuery & { readonly format?: 'json' | PictureFormat }>>(
    '/explain',
    { schema: { querystring: explainQuery }, onRequest: gate.enter },
    async (request, reply) => {
      const { format = accepted(request), ...query } = request.query;
      const photos = await photosOf(request, limits);
      if (format === 'json') {
        const tasks = photos.map((photo): Task => ({ ...photo, kind: 'explain', query }));
        return sendAnswers(reply, photos, await computed(desk, reply, tasks));
      }
      if (photos.length > 1)
        throw requestError(
          'too-many-photos',
          `A picture explains one photo, and the request has ${photos.length}. Send one, or ask for JSON.`,
        );
      const [outcome] = await computed(desk, reply, [
        { ...photos[0]!, kind: 'explain', query, picture: format },
      ]);
      if ('failure' in outcome!) throw new RequestError(outcome.failure);
      void reply.type(pictureFormats[format]);
      return (outcome as Extract<Outcome, { readonly picture: unknown }>).picture;
    },
  );

  for (const url of ['/predict', '/explain'])
    app.route({
      url,
      method: ['GET', 'PUT', 'PATCH', 'DELETE'],
      handler: () => {
        throw requestError('method-not-allowed', `Photos are sent to ${url} with POST.`, {
          allow: 'POST',
        });
      },
    });
}

/** The form of answer that a client prefers. */
function accepted(request: FastifyRequest): 'json' | PictureFormat {
  const format = request.accepts().type(['json', 'png', 'svg']);
  if (format) return format as 'json' | PictureFormat;
  throw requestError(
    'not-acceptable',
    'An explanation is application/json, image/png or image/svg+xml; the header Accept of the request allows none of these.',
  );
}

/** Computes tasks. One that fails does not stop the others. */
function computed(
  { pool, limits, metrics }: Desk,
  reply: FastifyReply,
  tasks: readonly Task[],
): Promise<Outcome[]> {
  return withDeadline(reply, limits.seconds, signal =>
    Promise.all(
      tasks.map(async task => {
        const outcome = await pool.run(task, signal).catch(error => {
          if (error === signal.reason || !(error instanceof RequestError)) throw error;
          return { failure: error.failure };
        });
        metrics.photo(task.kind, outcome);
        return outcome;
      }),
    ),
  );
}

/** Sends the answers for all photos. If there is none for any photo, the response is the error of the first. */
function sendAnswers(
  reply: FastifyReply,
  photos: readonly UploadedPhoto[],
  outcomes: readonly Outcome[],
): FastifyReply {
  const answers = outcomes.map((outcome, index) => {
    if ('failure' in outcome) return { photo: photos[index]!.name, ...errorBody(outcome.failure) };
    return (outcome as Extract<Outcome, { readonly answer: unknown }>).answer;
  });
  const [first] = outcomes;
  const none = outcomes.every(outcome => 'failure' in outcome);
  if (none && first && 'failure' in first)
    return reply
      .code(first.failure.status)
      .send({ ...errorBody(first.failure), ...(photos.length > 1 && { answers }) });
  return reply.send({ answers });
}
