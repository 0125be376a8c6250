import { BadRequestException, type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { cutText } from '@pulseboard/contract';
import type { FastifyRequest } from 'fastify';

/** Where `@ApiQuery` keeps what it is given. */
const API_PARAMETERS = 'swagger/apiParameters';
const API = /^\/api\/v1\//;

/** A mistyped parameter of a query would be answered with defaults: each must be in the document, given once, and not empty. */
@Injectable()
export class KnownParametersGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { query, url } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!API.test(url)) return true;
    const known = namesOf(context.getHandler());
    for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
      if (!known.includes(name)) throw new BadRequestException(unknownParameter(name, known));
      if (Array.isArray(value)) throw new BadRequestException(`${name} is given more than once.`);
      if (value === '') throw new BadRequestException(`${name} is empty: give a value, or leave it out.`);
    }
    return true;
  }
}

function namesOf(handler: object): string[] {
  const parameters = (Reflect.getMetadata(API_PARAMETERS, handler) ?? []) as { in?: string; name?: string }[];
  // Decorators run from the last one to the first.
  return [...parameters].reverse().flatMap((parameter) => (parameter.in === 'query' && parameter.name ? [parameter.name] : []));
}

function unknownParameter(name: string, known: readonly string[]): string {
  const text = JSON.stringify(cutText(name, 60));
  return known.length ? `Unknown parameter ${text}: there are ${known.join(', ')}.` : `Unknown parameter ${text}: there are none here.`;
}
