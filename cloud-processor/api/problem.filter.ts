import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** A fault of a request as RFC 9457 tells it. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  instance: string;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Every fault of the API leaves as problem details; what is our own fault tells nothing of the inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') {
      this.log.error({ err: (error as Error).message }, 'message handler failed');
      return;
    }
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const status = error instanceof HttpException ? error.getStatus() : 500;
    if (status >= 500) this.log.error({ err: (error as Error).message, url: request.url }, 'request failed');
    const problem: Problem = {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail: status >= 500 ? 'The server could not answer; its log says why.' : (error as Error).message,
      instance: request.url.split('?')[0]!,
    };
    reply.status(status).header('content-type', PROBLEM_MEDIA_TYPE).send(problem);
  }
}
