import * as sealing from '#libs/sealing';

declare global {
  interface Window {
    sealing: typeof sealing;
  }
}

// What a test calls from outside the page.
window.sealing = sealing;
