/** An order of one product, as a page reports it. */
export const orderMessage = (id: string) => ({
  type: 'track',
  event: 'Order Completed',
  messageId: `message-${id}`,
  anonymousId: 'ann',
  properties: {
    order_id: id,
    total: 100,
    currency: 'TWD',
    products: [{ product_id: 'tea', price: 100, quantity: 1 }],
  },
});
