import type { PublishedMemberSecond } from '@pulseboard/contract';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import { Boards } from '../board/boards.js';
import { readingAt, secondOf, T0 } from '../test-data/readings.js';
import type { Publisher } from './publisher.js';
import { RoomPublisher } from './room-publisher.js';

const roster = new Roster({
  ...emptyRoster,
  members: [
    { member: 'ada', nickname: 'Ada', consent: true },
    { member: 'ivo', nickname: 'Ivo', consent: false },
  ],
});

/** Keeps what it is told, in words. */
class RecordingPublisher implements Publisher {
  connected = true;
  said: string[] = [];
  seconds: PublishedMemberSecond[] = [];
  take(): string[] {
    return this.said.splice(0);
  }
  #say(text: string): void {
    if (this.connected) this.said.push(text);
  }
  member(second: PublishedMemberSecond): void {
    this.seconds.push(second);
    this.#say(`${second.room}/members/${second.member} ${(second.at - T0) / 1000}`);
  }
  sensor(strap: string, second: PublishedMemberSecond): void {
    this.seconds.push(second);
    this.#say(`${second.room}/sensors/${strap} ${(second.at - T0) / 1000}`);
  }
  clearMember = (_: string, room: string, member: string) => this.#say(`clear ${room}/members/${member}`);
  clearSensor = (_: string, room: string, sensor: string) => this.#say(`clear ${room}/sensors/${sensor}`);
  board: Publisher['board'] = (board) => this.#say(`${board.room}/board of ${board.members.length}`);
  session: Publisher['session'] = (session) => this.#say(`${session.room}/session ${session.state}`);
  committed = () => {};
  alert = () => {};
  alive = () => {};
  close = async () => {};
}

const setUp = () => {
  const boards = new Boards(() => roster);
  const publisher = new RecordingPublisher();
  return { boards, publisher, rooms: new RoomPublisher(boards, () => roster, publisher) };
};
const guest = { member: 'guest-ant-hr-7', sensor: 'ant-hr-7' };

test('the newest second of each member, once; guests by their strap, for operators', () => {
  const { rooms, publisher } = setUp();
  rooms.derived([secondOf(1), secondOf(3), secondOf(2), secondOf(3, guest)]);
  rooms.publish(T0 + 4000);
  expect(publisher.take()).toEqual(['main/members/ada 3', 'main/sensors/ant-hr-7 3']);
  rooms.publish(T0 + 5000);
  expect(publisher.take()).toEqual([]);
  rooms.derived([secondOf(2), secondOf(3, { beats: 9 })]);
  rooms.publish(T0 + 6000);
  expect(publisher.take()).toEqual(['main/members/ada 3']);
  expect(publisher.seconds.at(-1)).toMatchObject({ beats: 9 });
});

test('a nickname only with consent', () => {
  const { rooms, publisher } = setUp();
  rooms.derived([secondOf(1), secondOf(1, { member: 'ivo' }), secondOf(1, guest)]);
  rooms.publish(T0);
  expect(publisher.seconds.map((s) => [s.member, 'nickname' in s && s.nickname])).toEqual([
    ['ada', 'Ada'],
    ['ivo', false],
    ['guest-ant-hr-7', false],
  ]);
});

test('who moves is cleared where they were; who leaves is cleared', () => {
  const { rooms, publisher } = setUp();
  rooms.derived([secondOf(1), secondOf(1, guest)]);
  rooms.publish(T0);
  publisher.take();
  rooms.derived([secondOf(2, { room: 'studio' })]);
  rooms.publish(T0 + 3000);
  expect(publisher.take()).toEqual(['clear main/members/ada', 'studio/members/ada 2']);
  rooms.left('demo', 'ada');
  rooms.left('demo', guest.member);
  rooms.left('demo', 'nobody');
  rooms.publish(T0 + 4000);
  expect(publisher.take()).toEqual(['clear studio/members/ada', 'clear main/sensors/ant-hr-7']);
});

test('a guest whose strap is heard by its other radio keeps its topic; one who is somebody else is cleared at once, and stays so', () => {
  const { rooms, publisher } = setUp();
  const twin = { member: 'guest-ble-a', sensor: 'ble-a' };
  rooms.derived([secondOf(1, guest), secondOf(1, twin)]);
  rooms.publish(T0);
  expect(publisher.take()).toEqual(['main/sensors/ant-hr-7 1', 'main/sensors/ble-a 1']);
  rooms.left('demo', twin.member);
  expect(publisher.take()).toEqual(['clear main/sensors/ble-a']);
  rooms.derived([secondOf(1, guest), secondOf(2, { ...guest, sensor: 'ble-a' })]);
  rooms.publish(T0 + 3000);
  expect(publisher.take()).toEqual(['main/sensors/ant-hr-7 2']);
  expect(publisher.seconds.at(-1)).toMatchObject({ sensor: 'ble-a' });
  rooms.left('demo', guest.member);
  expect(publisher.take()).toEqual(['clear main/sensors/ant-hr-7']);
});

test('what a gateway brings hours later is not published as the state of now', () => {
  const { rooms, publisher } = setUp();
  rooms.derived([secondOf(1)]);
  rooms.publish(T0 + 61_000);
  expect(publisher.take()).toEqual([]);
  rooms.derived([secondOf(61)]);
  rooms.publish(T0 + 62_000);
  rooms.publish(T0 + 121_000);
  expect(publisher.take()).toEqual(['main/members/ada 61', 'clear main/members/ada']);
});

test('after the broker was away all is told again, and what was to be cleared meanwhile is', () => {
  const { rooms, publisher } = setUp();
  rooms.derived([secondOf(1), secondOf(1, { member: 'ivo' })]);
  rooms.publish(T0);
  publisher.take();
  publisher.connected = false;
  rooms.left('demo', 'ivo');
  publisher.connected = true;
  rooms.forget();
  rooms.derived([secondOf(1, { room: 'studio' })]);
  rooms.publish(T0 + 3000);
  expect(publisher.take()).toEqual(['clear main/members/ivo', 'clear main/members/ada', 'studio/members/ada 1']);
  rooms.forget();
  rooms.publish(T0 + 3000);
  expect(publisher.take()).toEqual(['studio/members/ada 1']);
});

test('each board every time, the session when it changed', () => {
  const { rooms, boards, publisher } = setUp();
  boards.note(readingAt(0, { heartRateBpm: 150 }), T0);
  rooms.publish(T0);
  rooms.publish(T0 + 1000);
  expect(publisher.take()).toEqual(['main/board of 1', 'main/session running', 'main/board of 1']);
  boards.tick(T0 + 600_000);
  rooms.publish(T0 + 600_000);
  expect(publisher.take()).toEqual(['main/board of 0', 'main/session ended']);
});

test('nothing is told of a room that is not known', () => {
  const boards = new Boards(() => roster);
  const publisher = new RecordingPublisher();
  boards.of('demo', 'nowhere');
  boards.of('demo', 'main');
  new RoomPublisher(
    boards,
    () => roster,
    publisher,
    (_, room) => room === 'main',
  ).publish(T0);
  expect(publisher.take()).toEqual(['main/board of 0']);
});

test('what is retained of people is cleared when the processor stops', () => {
  const { rooms, publisher } = setUp();
  rooms.derived([secondOf(1), secondOf(1, guest)]);
  rooms.publish(T0);
  publisher.take();
  rooms.clearAll();
  expect(publisher.take()).toEqual(['clear main/members/ada', 'clear main/sensors/ant-hr-7']);
  rooms.clearAll();
  expect(publisher.take()).toEqual([]);
});
