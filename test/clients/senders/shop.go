// What a shop's backend sends, through a Segment client for Go.
//
// usage: segment ENDPOINT WRITE_KEY
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
	"time"

	analytics "github.com/segmentio/analytics-go/v3"
)

type callback struct{}

func (callback) Success(analytics.Message) {}
func (callback) Failure(_ analytics.Message, err error) {
	fmt.Fprintln(os.Stderr, "not taken:", err)
}

var placedAt = time.Date(2026, 11, 28, 22, 0, 0, 123456789, time.FixedZone("Taipei", 8*60*60))

func newClient() analytics.Client {
	client, err := analytics.NewWithConfig(os.Args[2], analytics.Config{
		Endpoint:   os.Args[1],
		RetryAfter: func(int) time.Duration { return time.Minute },
		Callback:   callback{},
	})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func order(to analytics.Client, properties analytics.Properties, more analytics.Track) {
	more.Event = "Order Completed"
	more.Timestamp = placedAt
	if more.UserId == "" {
		more.UserId = "42"
	}
	more.Properties = properties.SetCurrency("USD")
	enqueue(to, more)
}

func enqueue(to analytics.Client, message analytics.Message) {
	if err := to.Enqueue(message); err != nil {
		log.Fatal(err)
	}
}

type line struct {
	ProductID string  `json:"product_id"`
	SKU       *string `json:"sku"`
	Price     float64 `json:"price"`
	Quantity  int     `json:"quantity"`
}

func main() {
	shop := newClient()
	enqueue(shop, analytics.Identify{
		UserId: "42",
		Traits: analytics.NewTraits().
			SetEmail("mei@shop.example").
			SetCreatedAt(time.Date(2026, 11, 1, 9, 30, 0, 0, time.UTC)).
			SetBirthday(time.Time{}).
			Set("plan", "gold").
			Set("address", map[string]string{}).
			Set("company", nil),
	})
	enqueue(shop, analytics.Page{
		UserId:     "42",
		Name:       "Teas",
		Properties: analytics.NewProperties().SetURL("https://shop.example/teas").Set("category", "Shop"),
	})
	enqueue(shop, analytics.Screen{UserId: "42", Name: "Basket"})
	enqueue(shop, analytics.Group{UserId: "42", GroupId: "7001", Traits: analytics.NewTraits().SetName("Tea House")})
	enqueue(shop, analytics.Alias{UserId: "42", PreviousId: "41"})
	enqueue(shop, analytics.Track{
		AnonymousId: "5f0c1c9e-1b1e-4f3a-9d51-6d1c8f6a2b11",
		Event:       "Product Viewed",
		Properties:  analytics.NewProperties().Set("product_id", 501).SetPrice(12.5).SetCurrency("usd"),
	})
	order(shop, analytics.NewProperties().Set("order_id", "1001").SetTotal(19.99).SetTax(0).
		Set("products", []line{{"A-1", nil, 5, 2}, {"A-2", nil, 9.99, 1}}), analytics.Track{})
	order(shop, analytics.NewProperties().Set("order_id", 1002).SetTotal(25).Set("coupon", nil).
		Set("products", []map[string]interface{}{
			{"product_id": 501, "variant_id": nil, "sku": "", "price": 12.5, "quantity": 2},
		}), analytics.Track{})
	order(shop, analytics.NewProperties().Set("order_id", "1003").Set("total", "1299.00").
		Set("products", []map[string]string{{"product_id": "A-3", "price": "649.50", "quantity": "2"}}), analytics.Track{})
	order(shop, analytics.NewProperties().Set("order_id", "1004").SetTotal(5).
		Set("products", []line{{"A-4", nil, 5, 1}}), analytics.Track{
		Context: &analytics.Context{
			App:    analytics.AppInfo{Name: "shop", Build: "12"},
			Traits: analytics.Traits{},
			Extra:  map[string]interface{}{"page": map[string]string{}, "campaign": nil},
		},
		Integrations: analytics.Integrations{},
	})
	order(shop, analytics.NewProperties().Set("order_id", "1005").SetTotal(7.5).
		Set("ordered_at", placedAt).Set("shipped_at", time.Time{}).
		Set("products", []line{{"A-5", nil, 7.5, 1}}), analytics.Track{
		Context: &analytics.Context{
			IP:       net.ParseIP("203.0.113.7"),
			Locale:   "en_US",
			Timezone: "Asia/Taipei",
			Extra:    map[string]interface{}{"active": true},
		},
		Integrations: analytics.NewIntegrations().EnableAll().Disable("Mixpanel"),
	})
	order(shop, analytics.NewProperties().Set("order_id", "1006").SetTotal(30).
		Set("products", map[int]line{1: {"A-1", nil, 10, 1}, 3: {"A-6", nil, 20, 1}}), analytics.Track{})
	// The client's own helpers call the order's id orderId, and the lines' ids id.
	order(shop, analytics.NewProperties().SetOrderId("1007").SetTotal(12).
		SetProducts(analytics.Product{ID: "A-7", SKU: "TEA-7", Price: 12}), analytics.Track{})
	enqueue(shop, analytics.Track{
		UserId:     "42",
		Event:      "Coupon Entered",
		Properties: analytics.NewProperties().Set("coupon_id", "TEA10"),
	})
	shop.Close()

	shop = newClient()
	for number := 2001; number <= 2050; number++ {
		amount := float64(number) / 100
		order(shop, analytics.NewProperties().Set("order_id", strconv.Itoa(number)).SetTotal(amount).
			Set("products", []line{{"B-" + strconv.Itoa(number), nil, amount, 1}}),
			analytics.Track{UserId: strconv.Itoa(number)})
	}
	shop.Close()
}
