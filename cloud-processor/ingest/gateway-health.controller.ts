import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, type MqttContext, Payload } from '@nestjs/microservices';
import { createParser, GatewayHealth, topics } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { LOG } from '../api/tokens.js';
import { Pipeline } from './pipeline.js';

const parser = createParser(GatewayHealth, 'health');

/** The door for what gateways tell of themselves every 10 s. */
@Controller()
export class GatewayHealthController {
  constructor(
    @Inject(Pipeline) private readonly pipeline: Pipeline,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  @EventPattern<string>(topics.gatewayHealth.filter)
  onHealth(@Payload() payload: unknown, @Ctx() context: MqttContext): void {
    const topic = context.getTopic();
    const from = topics.gatewayHealth.parse(topic);
    if (!from) return;
    try {
      this.pipeline.hearHealth(from, parser.parse(payload), context.getPacket().retain === true);
    } catch (error) {
      this.log.warn({ topic, reason: (error as Error).message }, 'health refused');
    }
  }
}
