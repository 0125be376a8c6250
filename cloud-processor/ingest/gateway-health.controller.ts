import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, type MqttContext, Payload } from '@nestjs/microservices';
import { createParser, GatewayHealth, type GatewayParams, GatewayStatus, topics } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { LOG } from '../api/tokens.js';
import { GatewayFleet } from './gateway-fleet.js';
import { Pipeline } from './pipeline.js';

const healthParser = createParser(GatewayHealth, 'health');
const statusParser = createParser(GatewayStatus, 'status');

/** The door for what gateways tell of themselves: every 10 s how they are, and that they come and go. */
@Controller()
export class GatewayHealthController {
  constructor(
    @Inject(Pipeline) private readonly pipeline: Pipeline,
    @Inject(GatewayFleet) private readonly fleet: GatewayFleet,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  @EventPattern<string>(topics.gatewayHealth.filter)
  onHealth(@Payload() payload: unknown, @Ctx() context: MqttContext): void {
    this.#hear(topics.gatewayHealth.parse(context.getTopic()), context, (from) => {
      const health = healthParser.parse(payload);
      const isKept = context.getPacket().retain === true;
      this.pipeline.hearHealth(from, health, isKept);
      this.fleet.hearHealth(from, health, isKept);
    });
  }

  @EventPattern<string>(topics.gatewayStatus.filter)
  onStatus(@Payload() payload: unknown, @Ctx() context: MqttContext): void {
    this.#hear(topics.gatewayStatus.parse(context.getTopic()), context, (from) =>
      this.fleet.hearStatus(from, statusParser.parse(payload), context.getPacket().retain === true),
    );
  }

  #hear(from: GatewayParams | undefined, context: MqttContext, take: (from: GatewayParams) => void): void {
    if (!from) return;
    try {
      take(from);
    } catch (error) {
      this.log.warn({ topic: context.getTopic(), reason: (error as Error).message }, 'what a gateway told of itself is refused');
    }
  }
}
