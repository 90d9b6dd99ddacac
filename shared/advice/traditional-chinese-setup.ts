import type { Advice } from './advice.ts';
import type { ENGLISH_SETUP } from './english-setup.ts';

export const TRADITIONAL_CHINESE_SETUP: Readonly<Record<keyof typeof ENGLISH_SETUP, Advice>> = {
  configuration: { means: '設定有誤：{problem}', todo: '' },
  'public-url-missing': {
    means: '尚未設定 PUBLIC_URL，因此要複製的標籤會指向這台機器。',
    todo: '請將 PUBLIC_URL 設為瀏覽器連線到收集器的網址。',
  },
  'public-url-http': {
    means: 'PUBLIC_URL 是 http：https 網頁無法由此載入標籤。',
    todo: '請在前方架設支援 https 的代理伺服器，將 PUBLIC_URL 設為其網址，並將 TRUST_PROXY 設為 1。',
  },
  'trust-proxy-missing': {
    means:
      '請求經過代理伺服器，但尚未設定 TRUST_PROXY：所有訪客都會以代理伺服器的位址與國家儲存及傳送，並共用其流量上限。',
    todo: '請將 TRUST_PROXY 設為代理伺服器的數量，或其網段。',
  },
  'admin-host-open': {
    means: '操作連接埠在 {host} 上開放，這台機器以外也能連線。該處僅能以 https 登入。',
    todo: '請在前方架設支援 https 的代理伺服器，或取消 ADMIN_HOST 並改用 ssh 通道。',
  },
  'admin-token-missing': {
    means: '尚未設定 ADMIN_TOKEN：主控台、操作路由與指標都未啟用。',
    todo: '請將 ADMIN_TOKEN 設為至少 16 個隨機字元。',
  },
  'origin-shared': {
    means:
      'PUBLIC_URL 的來源（origin）列在 ALLOWED_ORIGINS 中：操作路由已停用，否則商店網頁上的任何程式碼都能使用。',
    todo: '請設定 ADMIN_PORT。',
  },
  'origins-missing': {
    means: '尚未設定 ALLOWED_ORIGINS：任何網頁都無法傳送事件。',
    todo: '請設為商店網頁的來源（origin）：https:// 加上主機名稱。',
  },
  'origins-http': {
    means: 'ALLOWED_ORIGINS 中有未使用 https 的網頁：{origins}。傳輸途中任何人都能竄改。',
    todo: '商店全面轉址到 https 之後，請將它們移除。',
  },
  'orders-not-polled': {
    means: '訂單只來自 webhook：遺漏的訂單之後不會補抓。',
    todo: '請設定 SHOPLINE_ACCESS_TOKEN。',
  },
  'test-events-only': {
    means: '所有事件都以測試事件傳送，不會列入計算。',
    todo: '確認事件無誤後，請取消其測試事件代碼。',
  },
  'stand-in': {
    means: '其事件會送到 {origin}，也就是這台機器。',
    todo: '取消其端點變數，即可傳送到正式的 API。',
  },
  store: { means: '儲存可以寫入。', todo: '' },
  'store-not-durable': {
    means: '儲存的同步模式為 {synchronous}：斷電時，已接受的事件可能遺失。',
    todo: '請重新啟動收集器；若仍未改善，請回報問題。',
  },
  'events-lost': {
    means: '有 {count} 個已儲存的事件隨損壞的檔案遺失。',
    todo: '請檢查磁碟。GET /admin/status 會列出它們的收到時間。',
  },
  'store-unavailable': {
    means: '儲存無法寫入：{error}',
    todo: '請在 DATA_DIR 的磁碟清出空間，或依照資料庫的檢查結果處理。在此之前事件會得到 503 回應，之後由標籤重新傳送。',
  },
  'nothing-from-pages': {
    means: '尚未收到任何網頁的事件。',
    todo: '請將標籤貼到商店網頁，開啟其中一頁並接受同意橫幅。加上 ?sb_debug=1 可查看傳送內容。',
  },
  'orders-received': { means: '商店系統的訂單正常送達。', todo: '' },
  'backend-orders-received': { means: '後端的訂單正常送達。', todo: '' },
  'orders-not-received': {
    means: 'ORDERS_FROM 為 platform，但七天內沒有收到商店系統的訂單；網頁回報了 {reported} 筆。',
    todo: '請確認訂單 webhook 已訂閱到 /v1/webhooks/shopline，且 SHOPLINE_APP_SECRET 屬於該應用程式。',
  },
  'backend-orders-not-received': {
    means: 'ORDERS_FROM 為 server，但七天內沒有收到後端的訂單；網頁回報了 {reported} 筆。',
    todo: '請確認後端以 SERVER_KEY 傳送 Order Completed。',
  },
  destination: { means: '正常接收事件。', todo: '' },
  'destination-failing': {
    means: '發生錯誤；{waiting} 個事件等待中，恢復後會自動傳送。',
    todo: '請查看其服務狀態頁面，以及最近幾次傳送的回應。',
  },
  'delivery-late': {
    means: '{waiting} 個事件等待中，最久已 {minutes} 分鐘。',
    todo: '請查看其中一個等待中事件的最近傳送紀錄。',
  },
  'dead-letters': {
    means: '有 {count} 個事件無法送達。',
    todo: '請在「問題」中查看，排除原因後再次傳送，或將其捨棄。',
  },
  'endpoint-reached': { means: '{titles}：{origin} 有回應。', todo: '' },
  'endpoint-unreachable': {
    means: '{titles}：無法連線到 {origin}：{error}',
    todo: '請檢查 DNS、防火牆與端點變數。恢復連線前，事件會保持等待。',
  },
  clock: { means: '這台機器的時鐘正確。', todo: '' },
  'collector-foreign': {
    means: '{url} 以 HTTP {status} 回應，但那不是使用此 ADMIN_TOKEN 的收集器。',
    todo: '請以此設定重新啟動收集器，或改用其他 PORT。',
  },
  'collector-not-running': {
    means: '{url} 沒有收集器回應，因此未檢查收到的資料。',
    todo: '',
  },

  'operator-off': { means: '操作路由與指標：尚未設定 {variables}', todo: '' },
  'operator-shares-origin': {
    means: '操作路由與指標：PUBLIC_URL 的來源（origin）列在 ALLOWED_ORIGINS 中，請設定 ADMIN_PORT',
    todo: '',
  },
  'browser-events-off': { means: '瀏覽器事件：尚未設定 {variables}', todo: '' },
  'delivery-off': { means: '傳送到 {title}：尚未設定 {variables}', todo: '' },
  'order-webhooks-off': {
    means: '訂單 webhook：尚未設定 {variables}',
    todo: '',
  },
  'statistics-reports-off': {
    means: '統計回報：尚未設定 {variables}',
    todo: '',
  },
  'reporting-webhooks-off': {
    means: 'Customer.io 回報 webhook：尚未設定 {variables}',
    todo: '',
  },

  'tiktok-not-erased': { means: 'Events API 無法刪除已傳送的事件。', todo: '' },
  'shopline-not-erased': { means: '顧客數據平台沒有刪除已傳送事件的 API。', todo: '' },
};
