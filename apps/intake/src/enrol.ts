import { isKeyName, publicKeyFrom, runEnrolment } from '#libs/service';
import { Device } from './device.entity.js';

/** Items are `{ name, publicKey (base64url, 32 bytes), lane: "kiosk" | "assisted", site }`. */
await runEnrolment<Device>({
  entity: Device,
  what: 'devices',
  read({ name, publicKey: text, lane, site }) {
    const publicKey = publicKeyFrom(text);
    const isPlace = typeof site === 'string' && /^[A-Z][A-Z0-9-]{0,15}$/.test(site);
    if (!isKeyName(name) || publicKey === undefined || !isPlace) return undefined;
    return lane === 'kiosk' || lane === 'assisted' ? { name, publicKey, lane, site, struck: false } : undefined;
  },
});
