import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, type MqttContext, Payload } from '@nestjs/microservices';
import { topics } from '@pulseboard/contract';
import { Pipeline } from './pipeline.js';

/** The door for batches of readings: the stock MQTT transport calls it for each message. */
@Controller()
export class ReadingsController {
  constructor(@Inject(Pipeline) private readonly pipeline: Pipeline) {}

  /** Synchronous on purpose: the transport acknowledges whatever happens here, safety comes from `committed`. */
  @EventPattern<string>(topics.readings.filter)
  onReadings(@Payload() payload: unknown, @Ctx() context: MqttContext): void {
    const from = topics.readings.parse(context.getTopic());
    // On a topic whose levels are no ids nobody could be told anything.
    if (from) this.pipeline.receive(from, payload, context.getPacket().payload as Uint8Array);
    else this.pipeline.refuse();
  }
}
