import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, type MqttContext, Payload } from '@nestjs/microservices';
import { createParser, GatewayHealth, topics } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { LOG } from '../api/tokens.js';
import { GatewayFleet } from './gateway-fleet.js';
import { Pipeline } from './pipeline.js';

const parser = createParser(GatewayHealth, 'health');

/** The door for what gateways tell of themselves every 10 s. */
@Controller()
export class GatewayHealthController {
  constructor(
    @Inject(Pipeline) private readonly pipeline: Pipeline,
    @Inject(GatewayFleet) private readonly fleet: GatewayFleet,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  @EventPattern<string>(topics.gatewayHealth.filter)
  onHealth(@Payload() payload: unknown, @Ctx() context: MqttContext): void {
    const topic = context.getTopic();
    const from = topics.gatewayHealth.parse(topic);
    if (!from) return;
    try {
      const health = parser.parse(payload);
      this.fleet.hear(from, health);
      this.pipeline.hearHealth(from, health, context.getPacket().retain === true);
    } catch (error) {
      this.log.warn({ topic, reason: (error as Error).message }, 'health refused');
    }
  }
}
