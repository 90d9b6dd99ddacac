import type { Advice } from './advice.ts';
import type { ENGLISH_ALERTS } from './english-alerts.ts';

const DEAD_LETTERS = '請查看此目的地無法送達的事件：已依 API 的訊息分組。排除原因後再次傳送。';
const CLOCK =
  '請將這台機器的時鐘與網路校時（NTP：timedatectl set-ntp true）。事件時間、同意紀錄與訂單的時限都以它為準，時間不準時簽章也會遭拒。';
const TOKEN =
  '請設定 SHOPLINE_APP_KEY 與 SHOPLINE_APP_SECRET 以自動更新權杖，或更換權杖。若已由收集器自動更新，原因會寫在日誌「the access token was not renewed」。';

export const TRADITIONAL_CHINESE_ALERTS: Readonly<Record<keyof typeof ENGLISH_ALERTS, Advice>> = {
  'purchases-drop': {
    means: '最近 {hours} 小時有 {value} 筆訂單，平常約 {baseline} 筆。',
    todo: '請下一筆測試訂單。若沒有收到 Order Completed，請檢查訂單頁的標籤與訂單 webhook；若商店本身的訂單也變少，原因在結帳流程或流量。',
  },
  'deliveries-drop': {
    means: '最近 {hours} 小時送達 {value} 個事件，平常約 {baseline} 個。',
    todo: '請依原因查看此目的地略過的事件。若多為未同意，請檢查 Cookie 同意橫幅；若多在等待中，表示 API 緩慢或發生錯誤。',
  },
  'rejections-rise': {
    means: '最近 {hours} 小時有 {value} 則訊息遭拒絕，平常最多 {baseline} 則。',
    todo: '日誌「message rejected」會列出其中一則與原因。請查看警示開始時，佈景主題、標籤或後端是否有變更。',
  },
  'coercions-rise': {
    means: '最近 {hours} 小時有 {value} 個欄位經過轉換或略去，平常最多 {baseline} 個。',
    todo: 'storebeacon_fields_coerced_total 與 storebeacon_fields_dropped_total 會列出欄位，回應中的 warnings 會指出訊息。請修正送出這些欄位的佈景主題或後端。',
  },
  'dead-letters-rise': {
    means: '最近 {hours} 小時有 {value} 個事件無法送達，平常最多 {baseline} 個。',
    todo: DEAD_LETTERS,
  },
  'deliveries-refused': {
    means: '最近一小時有 {value} 個事件無法送達，送達 {delivered} 個。',
    todo: DEAD_LETTERS,
  },
  'unconfirmed-orders-rise': {
    means: '最近 {hours} 小時有 {value} 筆僅由網頁回報的訂單未獲確認，平常最多 {baseline} 筆。',
    todo: '請挑幾筆與商店的訂單比對。若訂單存在，表示 webhook 或後端漏報；若不存在，則為偽造，不會傳送。',
  },
  'match-keys-fall': {
    means: '{name} 事件帶有「{key}」的比例為 {share}，先前為 {baselineShare}。',
    todo: '「配對品質」會逐日顯示比例。請查看比例下降當天，佈景主題、表單或同意橫幅是否有變更。',
  },
  'event-name-unknown': {
    means: '最近 24 小時有 {value} 個事件的名稱與標準事件只差一點（{names}）。',
    todo: '請在傳送端修正名稱：名稱必須完全相同並區分大小寫，目的地只對應標準名稱。',
  },
  'token-expires': { means: '{variable} 將於 {expiryAt} 到期。', todo: TOKEN },
  'token-expired': { means: '{variable} 已於 {expiryAt} 到期。', todo: TOKEN },
  'token-refused': {
    means: '存取權杖或其權限遭拒，傳送已暫停，{waiting} 個事件等待中。',
    todo: '請更換權杖，或授予回應中指出的權限，然後重新啟動。資料不會遺失：事件最多等待 28 天。',
  },
  'webhooks-silent': {
    means: '網頁持續回報訂單，但商店系統的 webhook 已 6 小時沒有確認任何一筆。',
    todo: '請確認已訂閱商店系統的訂單 webhook、網址指向此收集器，且以設定的密鑰簽章。',
  },
  'backend-silent': {
    means: '網頁持續回報訂單，但後端已 6 小時沒有確認任何一筆。',
    todo: '請確認後端正常運作，並以 SERVER_KEY 將 Order Completed 傳送到此收集器。',
  },
  'platform-orders-absent': {
    means: '最近三天有 {value} 筆網頁回報的訂單未經確認就已傳送，因為從未收到商店系統的訂單。',
    todo: '請訂閱訂單 webhook。收到第一筆之前，網頁回報的訂單會未經確認就傳送，而任何人都能偽造。若商店沒有 webhook，請設定 ORDERS_FROM=browser。',
  },
  'clock-ahead': {
    means: '這台機器的時鐘比其他系統快 {seconds} 秒。',
    todo: CLOCK,
  },
  'clock-behind': {
    means: '這台機器的時鐘比其他系統慢 {seconds} 秒。',
    todo: CLOCK,
  },
  'oldest-event-waits': {
    means: '{waiting} 個事件等待中，最久已 {days} 天；滿 28 天將視為無法送達。',
    todo: '此目的地沒有接受它們，原因請看目的地的狀態與最近一次回應。',
  },
  'disk-nearly-full': {
    means: '儲存事件的磁碟只剩 {freeGb} GB，共 {totalGb} GB。',
    todo: '請清出空間、擴充磁碟，或調低 RETENTION_DAYS 與 HISTORY_DAYS。磁碟用盡後，訊息會得到 503 回應。',
  },
};
