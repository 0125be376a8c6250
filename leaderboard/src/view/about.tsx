import { useRef } from 'preact/hooks';
import { Spoken } from './icons.js';

/** The settings corner: what the signs mean, and that this is not a medical device. */
export function About() {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" class="about-button" onClick={() => dialog.current?.showModal()}>
        <span aria-hidden="true">i</span>
        <Spoken>About this board</Spoken>
      </button>
      <dialog ref={dialog} class="about" aria-labelledby="about-title">
        <h2 id="about-title">About this board</h2>
        <p>
          The large figure is your heart rate as a share of your own maximum: fair between fit and unfit. A minute in zone 3 earns 3 points.
        </p>
        <dl>
          <dt>≈</dt>
          <dd>Your maximum heart rate is assumed. Tell the desk your age or a measured one.</dd>
          <dt>Hollow heart</dt>
          <dd>Your strap has not been heard for 3 seconds.</dd>
          <dt>Grey tile</dt>
          <dd>Nothing for 10 seconds: the last value, and how old it is. After a minute you leave the board.</dd>
          <dt>Guest 4821</dt>
          <dd>Nobody has this strap yet; the digits are the last of its number.</dd>
        </dl>
        <p class="medical">
          <strong>This is not a medical device.</strong> It shows effort in training and must not be used to diagnose, treat or monitor an
          illness.
        </p>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
