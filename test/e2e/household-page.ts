import * as household from '#libs/household';

declare global {
  interface Window {
    household: typeof household;
  }
}

// What a test calls from outside the page.
window.household = household;
