import * as sealing from '#libs/sealing';

declare global {
  interface Window {
    sealing: typeof sealing;
  }
}

// The function that a test calls from outside the page.
window.sealing = sealing;
