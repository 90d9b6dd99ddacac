type Checks = { checkVisibility?(options: Record<string, boolean>): boolean };

/**
 * Whether a part of an element is in view: within the window and within every element around it that cuts off what is
 * outside (the slides of a carousel), and not hidden. An empty element is a mark, which needs no size.
 */
export const isInView = (element: Element): boolean => {
  const isMark = !element.firstChild;
  let { top, bottom, left, right } = element.getBoundingClientRect();
  const cutOff = (area: { top: number; bottom: number; left: number; right: number }) => {
    // Not `Math.max`: what is not a number cuts nothing off.
    if (area.top > top) top = area.top;
    if (area.bottom < bottom) bottom = area.bottom;
    if (area.left > left) left = area.left;
    if (area.right < right) right = area.right;
    return bottom < top || right < left || (!isMark && (bottom === top || right === left));
  };
  if (cutOff({ top: 0, left: 0, bottom: innerHeight, right: innerWidth }) || isHidden(element)) return false;
  for (let around = parentOf(element); around; around = parentOf(around)) {
    const { overflow } = getComputedStyle(around);
    if (overflow !== 'visible' && cutOff(around.getBoundingClientRect())) return false;
  }
  return true;
};

/** Through shadow roots, without the page itself, which scrolls with the window. */
const parentOf = ({ parentNode }: Element): Element | undefined => {
  const parent = ((parentNode as ShadowRoot | null)?.host ?? parentNode) as Element | null;
  return parent && parent !== document.documentElement && parent !== document.body && parent.nodeType === 1
    ? parent
    : undefined;
};

/** Also what fades in later, and what a closed `<details>` hides. */
const isHidden = (element: Element) => {
  const checks = element as Checks;
  if (checks.checkVisibility)
    return !checks.checkVisibility({
      checkOpacity: true,
      checkVisibilityCSS: true,
      contentVisibilityAuto: true,
      opacityProperty: true,
      visibilityProperty: true,
    });
  const { display, visibility, opacity } = getComputedStyle(element);
  return (
    display === 'none' ||
    visibility !== 'visible' ||
    opacity === '0' ||
    element.closest('details:not([open])')
  );
};
