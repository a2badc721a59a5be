import * as household from '#libs/household';

declare global {
  interface Window {
    household: typeof household;
  }
}

// A test calls this from outside the page.
window.household = household;
