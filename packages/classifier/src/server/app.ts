import accepts from '@fastify/accepts';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { apiPage } from './api-page';
import { answerBrokenRequest, errorAnswers } from './error-answers';
import { RequestError } from './errors';
import { commonHeaders } from './headers';
import { openApi } from './openapi';
import type { Opened } from './protocol';
import { answerPhotos, type Desk } from './routes';
import { serveFolder } from './static-page';
import { readUploads } from './uploads';

/** The whole application, which does not listen yet. @param page Folder of a page that is served at `/`. */
export async function appOf(desk: Desk, opened: Opened, page?: string): Promise<FastifyInstance> {
  const { limits, metrics, pool, gate } = desk;
  const answerError = errorAnswers(limits);
  const app = fastify({
    bodyLimit: limits.bytes,
    requestTimeout: 1000 * limits.seconds,
    http: { connectionsCheckingInterval: 1000, headersTimeout: 1000 * limits.seconds },
    forceCloseConnections: 'idle',
    // A request that comes on an open connection while the server closes is still answered. It is the last one of its connection.
    return503OnClosing: false,
    // The address in `X-Forwarded-Host` and `X-Forwarded-Proto` is only shown.
    trustProxy: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
    frameworkErrors: answerError,
    clientErrorHandler: answerBrokenRequest,
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(request => {
    const message = `There is nothing at ${request.method} ${request.url.slice(0, 200)}. /api lists what there is.`;
    throw new RequestError({ status: 404, code: 'not-found', message });
  });
  app.addHook('onRequest', async (_, reply) => {
    void reply.headers(commonHeaders);
  });
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  // A connection that stayed open after the last response would keep the server from closing.
  app.addHook('onSend', async (_, reply) => {
    if (closing) void reply.header('connection', 'close');
  });
  metrics.measure({
    requests: () => gate.inside,
    waiting: () => pool.waiting,
    computing: () => pool.computing,
    workers: () => pool.pids.length,
  });
  metrics.observe(app);
  await app.register(accepts);
  await readUploads(app, limits);

  answerPhotos(app, desk);
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/ready', async (_, reply) => {
    const workers = pool.pids.length;
    const ready = workers > 0 && !closing;
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', workers });
  });
  const description = openApi(opened, limits);
  app.get('/openapi.json', async () => description);
  app.get('/api', async (request, reply) =>
    reply.type('text/html; charset=utf-8').send(apiPage(description, addressOf(request))),
  );
  if (page === undefined) app.get('/', async (_, reply) => reply.redirect('/api'));
  else await serveFolder(app, page);
  return app;
}

/**
 * The address at which the client reached the server, also through a proxy. Readers paste it into a terminal, so a host that is more than a
 * name or an address with a port is replaced by the server's own.
 */
function addressOf({ protocol, host, socket }: FastifyRequest): string {
  const { localAddress = '', localPort } = socket;
  const own = `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
  const isPlain = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host ?? '');
  return `${protocol === 'https' ? 'https' : 'http'}://${isPlain ? host : own}`;
}
