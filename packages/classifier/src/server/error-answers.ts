import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { clientGone } from './deadline';
import { RequestError, requestError } from './errors';
import { commonHeaders } from './headers';
import type { RequestLimits } from './options';
import { tooManyBytes } from './uploads';

/** The body of a response without an answer. */
export const errorBody = ({
  code,
  message,
}: {
  readonly code: string;
  readonly message: string;
}) => ({
  error: { code, message },
});

/** Answers errors as JSON. Errors of the server itself say nothing about its inside. */
export function errorAnswers(limits: RequestLimits) {
  return (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    const { failure, headers } = request.socket.destroyed
      ? clientGone()
      : requestErrorOf(error, limits);
    // An address that cannot be read is refused before any hook sets headers.
    void reply
      .code(failure.status)
      .headers({ ...commonHeaders, ...headers })
      .send(errorBody(failure));
  };
}

/** What Fastify and its plugins find, in the words of this server. */
function requestErrorOf(error: Error, limits: RequestLimits): RequestError {
  if (error instanceof RequestError) return error;
  const {
    code = '',
    statusCode = 500,
    validation,
    message,
    headers,
  } = error as Partial<FastifyError> & Error & { readonly headers?: Record<string, string> };
  if (validation)
    return new RequestError({
      ...{ status: 400, code: 'option-invalid' },
      message: `${invalidOption(validation, message)} /api lists the options.`,
    });
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return tooManyBytes(limits.bytes);
    case 'FST_FILES_LIMIT':
    case 'FST_PARTS_LIMIT':
    case 'FST_FIELDS_LIMIT':
      return requestError(
        'too-many-photos',
        `The form has more than the ${limits.photos} photos that the server takes in one request. Send them in several.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return requestError(
        'media-type',
        "A photo is sent as its bytes, with a type such as 'image/jpeg', or as a file of a form (multipart/form-data).",
      );
  }
  if (statusCode >= 400 && statusCode < 500)
    return new RequestError({ status: statusCode, code: 'bad-request', message }, headers);
  const own = 'The server could not answer. The fault is on its side.';
  return new RequestError({ status: 500, code: 'internal', message: own });
}

/** Which option of the address is unknown, or what its value should be. */
function invalidOption([found]: NonNullable<FastifyError['validation']>, message: string): string {
  const unknown = found?.params.additionalProperty;
  if (unknown !== undefined) return `There is no option '${String(unknown).slice(0, 100)}'.`;
  return `${message.replace(/^querystring\//, 'The option ')}.`;
}

/** Answers bytes that are no HTTP, and requests that came too slowly, and closes the connection. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, reason] = statuses[error.code ?? ''] ?? [400, 'Bad Request'];
  const body = JSON.stringify(
    errorBody({ code: 'bad-request', message: `The request cannot be read: ${reason}.` }),
  );
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const statuses: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
};
