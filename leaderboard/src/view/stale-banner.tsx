import { useEffect, useState } from 'preact/hooks';
import { age } from '../figures.js';

/** Over the whole board while the server is not heard. Ages by the page's clock: there is no other now. */
export function StaleBanner({ heardAt, hasPicture }: { heardAt: number; hasPicture: boolean }) {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (!hasPicture) {
    return (
      <div class="notice" role="status">
        <p class="notice-title">Connecting to the board</p>
        <p class="notice-advice">
          This screen starts by itself as soon as the server answers. If it stays like this, check that the Pulseboard server is switched on
          and in the same network.
        </p>
      </div>
    );
  }
  return (
    <div class="banner">
      {/* Only this is announced, not every second that passes. */}
      <p class="banner-title" role="alert">
        The server does not answer
      </p>
      <p>
        This picture is <span class="banner-age">{age((now - heardAt) / 1000)}</span> old. The screen reconnects by itself. If it stays like
        this, check that the Pulseboard server is switched on and in the network.
      </p>
    </div>
  );
}
