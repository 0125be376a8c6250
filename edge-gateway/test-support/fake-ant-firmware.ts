import { AntFramer } from '../radio/ant/ant-framer.js';
import { CHANNEL_EVENT, EVENT_CHANNEL_CLOSED, encodeAntMessage, MessageId, messageId, payloadOf } from '../radio/ant/ant-message.js';

/** In tests: what an ANT USB-m stick says to what it is told. The answers to reset, request and close are captured ones. */

const ANT_PLUS_FREQUENCY = 57;
const COMMANDED_RESET = 0x20;
const INVALID_MESSAGE = 0x28;
const WRONG_STATE = 0x15;
/** Eight channels, three networks, scan mode and extended messages among the options. */
const capabilities = [8, 3, 0, 0xba, 0x36, 0, 0, 0];
const version = [...Buffer.from('AJK1.04RAF\0')];

/** @returns messages */
export type FakeAnswer = (payload: Uint8Array) => Uint8Array[];

const response = (channel: number, about: number, code = 0): Uint8Array => encodeAntMessage(MessageId.response, [channel, about, code]);

export class FakeAntFirmware {
  /** By message id: instead of what it says to it. */
  readonly answers = new Map<number, FakeAnswer>();
  readonly #framer = new AntFramer();
  readonly #settings = new Set<number>();
  #isScanning = false;

  /** Only then broadcasts are heard. */
  get isScanning(): boolean {
    return this.#isScanning;
  }

  /** As after power on. @returns what it says of it */
  restart(reason = 0): Uint8Array[] {
    this.loseScan();
    return [encodeAntMessage(MessageId.startup, [reason])];
  }

  loseScan(): void {
    this.#settings.clear();
    this.#isScanning = false;
  }

  /** @returns messages */
  take(bytes: Uint8Array): Uint8Array[] {
    return this.#framer.push(bytes).flatMap((message) => {
      const answer = this.answers.get(messageId(message));
      return answer ? answer(payloadOf(message)) : this.#answer(messageId(message), payloadOf(message));
    });
  }

  #answer(id: number, payload: Uint8Array): Uint8Array[] {
    const [channel = 0, wanted] = payload;
    switch (id) {
      case MessageId.resetSystem:
        return this.restart(COMMANDED_RESET);
      case MessageId.request:
        if (wanted === MessageId.capabilities) return [encodeAntMessage(MessageId.capabilities, capabilities)];
        if (wanted === MessageId.version) return [encodeAntMessage(MessageId.version, version)];
        return [response(channel, id, INVALID_MESSAGE)];
      case MessageId.closeChannel:
        this.loseScan();
        return [response(channel, id), response(channel, CHANNEL_EVENT, EVENT_CHANNEL_CLOSED)];
      case MessageId.channelFrequency:
        if (wanted === ANT_PLUS_FREQUENCY) this.#settings.add(id);
        return [response(channel, id)];
      case MessageId.openScan:
        this.#isScanning = [MessageId.networkKey, MessageId.assignChannel, MessageId.channelFrequency, MessageId.enableExtended].every(
          (set) => this.#settings.has(set),
        );
        return [response(channel, id, this.#isScanning ? 0 : WRONG_STATE)];
      default:
        this.#settings.add(id);
        return [response(channel, id)];
    }
  }
}
