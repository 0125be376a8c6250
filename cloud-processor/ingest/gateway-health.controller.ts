import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, type MqttContext, Payload } from '@nestjs/microservices';
import { createParser, cutSentence, GatewayHealth, type GatewayParams, GatewayStatus, MAX_SENTENCE, topics } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { LOG } from '../api/tokens.js';
import { GatewayFleet } from './gateway-fleet.js';
import { LimitedLog } from './limited-log.js';
import { Pipeline } from './pipeline.js';

const healthParser = createParser(GatewayHealth, 'health');
const statusParser = createParser(GatewayStatus, 'status');

/** The door for what gateways tell of themselves: every 10 s how they are, and that they come and go. */
@Controller()
export class GatewayHealthController {
  readonly #faults: LimitedLog;

  constructor(
    @Inject(Pipeline) private readonly pipeline: Pipeline,
    @Inject(GatewayFleet) private readonly fleet: GatewayFleet,
    @Inject(LOG) log: Logger,
  ) {
    this.#faults = new LimitedLog(log, () => performance.now());
  }

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
      const topic = context.getTopic();
      this.#faults.warn(
        topic,
        { topic, reason: cutSentence((error as Error).message, MAX_SENTENCE) },
        'invalid message of a gateway rejected',
      );
    }
  }
}
