/** The logged-in customer, stored in this browser. `globals.js` reads it for `Shopline.customer`. */
import { randomDigits } from './random.js';

const CURRENT = 'dewleaf.customer';
const KNOWN = 'dewleaf.customers';

/** @returns the customer's id: opaque, and the same for each log-in with this email. */
export function logIn(email) {
  const known = JSON.parse(localStorage.getItem(KNOWN) ?? '{}');
  const key = email.trim().toLowerCase();
  const id = known[key] ?? `42${randomDigits(17)}`;
  localStorage.setItem(KNOWN, JSON.stringify({ ...known, [key]: id }));
  localStorage.setItem(CURRENT, JSON.stringify({ id }));
  return id;
}
export const logOut = () => localStorage.removeItem(CURRENT);
