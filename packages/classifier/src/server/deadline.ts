import type { FastifyReply } from 'fastify';
import { requestError } from './errors';

/**
 * Runs the work for a request. Its signal is aborted when the work takes too long, and when the client has gone.
 *
 * @throws RequestError when the work takes too long.
 */
export async function withDeadline<T>(
  reply: FastifyReply,
  seconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const gone = () => controller.abort(clientGone());
  const late = () =>
    controller.abort(
      requestError(
        'too-slow',
        `The answer took longer than the ${seconds} s that the server allows. Send fewer photos, or try again later.`,
      ),
    );
  const timer = setTimeout(late, 1000 * seconds);
  reply.raw.once('close', gone);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    reply.raw.off('close', gone);
  }
}

export const clientGone = () =>
  requestError('client-gone', 'The client has closed the connection.');
