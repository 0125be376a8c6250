import fc from 'fast-check';
import { isSameStart, type ServerStart, startInDiagnostics, startInMetrics } from './server-start.js';

const S = 1000;
/** Reported by a server that started at `startedS`, asked at `atS`; both in seconds of true time. The wall clock may be wrong by `wallOffS`. */
function uptime(startedS: number, atS: number, { boot = 'a', wallOffS = 0, tookS = 0, readAfterS = 0 } = {}): ServerStart {
  return {
    kind: 'uptime',
    uptimeMs: (atS + readAfterS - startedS) * S,
    asked: { boot, monotonicMs: atS * S, wallMs: (atS + wallOffS) * S },
    tookMs: tookS * S,
  };
}

describe('two uptimes are of one start', () => {
  test.each<[name: string, earlier: ServerStart, later: ServerStart, isSame: boolean]>([
    ['asked a minute later', uptime(0, 10), uptime(0, 70), true],
    ['asked at once', uptime(0, 10), uptime(0, 10), true],
    ['asked after a step of the wall clock by 10 h', uptime(0, 10), uptime(0, 70, { wallOffS: 36_000 }), true],
    ['not when it was restarted a minute ago', uptime(0, 10), uptime(60, 120), false],
    ['not when it was restarted after a short first life', uptime(0, 2), uptime(60, 65), false],
    ['not when it was restarted long ago', uptime(0, 10), uptime(60, 100_000), false],
    ['after a reboot of the machine of the processor, by the wall clock', uptime(0, 10), uptime(0, 500, { boot: 'b' }), true],
    ['not after such a reboot when it was restarted, too', uptime(0, 10), uptime(300, 500, { boot: 'b' }), false],
    ['when the first answer was slow', uptime(0, 10, { tookS: 9, readAfterS: 8 }), uptime(0, 20), true],
    ['asked a day later by a clock that is 20 s behind', uptime(0, 10), uptime(20, 86_410), true],
    ['when the second answer was slow', uptime(0, 10), uptime(0, 20, { tookS: 9, readAfterS: 8 }), true],
  ])('%s', (_, earlier, later, isSame) => expect(isSameStart(earlier, later)).toBe(isSame));

  test('whatever the clocks and the delays, a start that did not happen is never seen within one boot', () => {
    const seconds = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(seconds, seconds, seconds, seconds, fc.integer({ min: 0, max: 30 }), (started, until, gap, wallOffS, tookS) => {
        const atS = started + until;
        const earlier = uptime(started, atS, { tookS, readAfterS: tookS });
        return isSameStart(earlier, uptime(started, atS + tookS + gap, { wallOffS })) === true;
      }),
    );
  });
});

test('starts of other kinds cannot be compared', () => {
  const process: ServerStart = { kind: 'process', id: '1' };
  expect(isSameStart(process, { kind: 'diagnostics', id: '1' })).toBeUndefined();
  expect(isSameStart(process, uptime(0, 10))).toBeUndefined();
  expect(isSameStart(uptime(0, 10), process)).toBeUndefined();
  expect(isSameStart(process, { kind: 'process', id: '1' })).toBe(true);
  expect(isSameStart(process, { kind: 'process', id: '2' })).toBe(false);
});

test('SHOW DIAGNOSTICS of 1.6 and 1.12: the series of the system among others, some of them without rows', () => {
  const system = { name: 'system', columns: ['PID', 'currentTime', 'started', 'uptime'], values: [[42, 'now', 'then', '1s']] };
  expect(startInDiagnostics([{ name: 'cq', columns: [], values: [] }, system])).toEqual({ kind: 'diagnostics', id: '42 then' });
  expect(startInDiagnostics([{ ...system, columns: ['started', 'PID'], values: [['then', 42]] }])).toEqual({
    kind: 'diagnostics',
    id: '42 then',
  });
  expect(startInDiagnostics([{ ...system, values: [] }])).toBeUndefined();
  expect(startInDiagnostics([])).toBeUndefined();
});

describe('/metrics', () => {
  const asked = { asked: { boot: 'a', monotonicMs: 0, wallMs: 0 }, tookMs: 5 };
  test.each<[name: string, text: string, start: ServerStart | undefined]>([
    [
      'of 2.7: the uptime',
      '# HELP influxdb_uptime_seconds influxdb process uptime in seconds\n# TYPE influxdb_uptime_seconds gauge\ninfluxdb_uptime_seconds{id="0d6b3f"} 956.69\n',
      { kind: 'uptime', uptimeMs: 956_690, ...asked },
    ],
    ['of 1.12: the start of the process', 'process_start_time_seconds 1.79608345883e+09\n', { kind: 'process', id: '1.79608345883e+09' }],
    ['of several servers behind one address: nothing', 'influxdb_uptime_seconds{id="a"} 1\ninfluxdb_uptime_seconds{id="b"} 2\n', undefined],
    ['of something else: nothing', 'http_requests_total 5\nmy_influxdb_uptime_seconds 7\n', undefined],
    ['empty: nothing', '', undefined],
    ['a page of a proxy: nothing', '<!doctype html><title>InfluxDB</title>', undefined],
  ])('%s', (_, text, start) => expect(startInMetrics(text, asked, true)).toEqual(start));

  test('of version 2: the start of a process is that of something in between', () =>
    expect(startInMetrics('process_start_time_seconds 1.7e+09\n', asked, false)).toBeUndefined());
});
