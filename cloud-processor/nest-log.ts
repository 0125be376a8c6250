import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Nest's own messages into our log: its start-up talk at debug. */
export function nestLog(log: Logger): LoggerService {
  const say =
    (level: 'debug' | 'warn' | 'error') =>
    (message: unknown, ...rest: unknown[]) => {
      const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
      log[level]({ context }, message instanceof Error ? message.message : String(message));
    };
  return { log: say('debug'), debug: say('debug'), verbose: say('debug'), warn: say('warn'), error: say('error'), fatal: say('error') };
}
