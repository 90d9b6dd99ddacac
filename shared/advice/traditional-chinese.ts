import type { AdviceTexts } from './advice.ts';
import { TRADITIONAL_CHINESE_ALERTS } from './traditional-chinese-alerts.ts';
import { TRADITIONAL_CHINESE_DATABASE } from './traditional-chinese-database.ts';
import { TRADITIONAL_CHINESE_SETUP } from './traditional-chinese-setup.ts';

export const TRADITIONAL_CHINESE: AdviceTexts = {
  notices: { ...TRADITIONAL_CHINESE_ALERTS, ...TRADITIONAL_CHINESE_SETUP, ...TRADITIONAL_CHINESE_DATABASE },
  reasons: {
    waiting: { means: '正在等待第一次傳送。', todo: '' },
    'not-sent': {
      means: '此目的地從未收到這個事件：目的地是後來才新增的，或事件發生在新增之前。',
      todo: '若此目的地應該收到，請再次傳送。',
    },
    bot: {
      means: '瀏覽器屬於機器人，機器人的事件不會傳送到此目的地。',
      todo: '無須處理；若真人的瀏覽器被誤判，請查看 BOTS。',
    },
    consent: {
      means: '訪客尚未同意此目的地的用途。',
      todo: '若訪客其實已同意，請確認網頁標籤收到了選擇（data-consent-tool 或 storebeacon.consent()），且 CONSENT_DEFAULT 正確，然後再次傳送；傳送時會查詢今天的同意紀錄。',
    },
    'consent-withdrawn': {
      means: '事件儲存之後，訪客或本人拒絕了此用途。',
      todo: '無須處理。只要拒絕仍有效，就不會傳送。',
    },
    'integration-off': {
      means: '訊息本身在 `integrations` 中關閉了此目的地。',
      todo: '若非所願，請修改傳送端：`integrations: {All: true}`。',
    },
    unmapped: {
      means: '此目的地沒有這個名稱的事件。',
      todo: '若應該傳送，請設定對應（TIKTOK_EVENTS、SHOPLINE_EVENT_CODES），重新啟動後再次傳送。',
    },
    'too-old': { means: '事件發生的時間已超過此目的地接受的期限。', todo: '無須處理：API 會拒絕。' },
    'no-identity': {
      means: '事件沒有任何可讓此目的地辨識本人的識別碼、電子郵件或電話。',
      todo: '請在登入或下單時呼叫 identify()。',
    },
    'already-sent': {
      means: '此目的地先前已接受這筆訂單或事件。',
      todo: '無須處理：重複傳送會重複計算。',
    },
    open: {
      means: '目前只有瀏覽器回報這筆訂單，正在等待商店系統或後端的回報。',
      todo: '剛收到時不必處理。若訂單確實存在卻一直停在這裡，請檢查訂單 webhook。任何人都能偽造，因此不會整批傳送。',
    },
    'unconfirmed-order': {
      means: '只有瀏覽器回報這筆訂單，商店系統與後端都不知道它。',
      todo: '若商店中確有此訂單，請檢查訂單 webhook 與 SHOPLINE_ACCESS_TOKEN。任何人都能偽造這種回報，因此不會成批傳送。',
    },
    'not-joined': {
      means: '瀏覽器回報了商店系統也回報的訂單，但沒有證據顯示兩者屬於同一位訪客。',
      todo: '無須處理：傳送的是商店系統的回報。它不會成批傳送。',
    },
    'needs-server-key': {
      means: '這個要求只接受來自商店後端的訊息。',
      todo: '請由後端以 SERVER_KEY 傳送。',
    },
    'pixel-unmatched': {
      means: '網頁比訂單的合併時間更晚，因此要求網頁的像素不再計算這筆訂單。',
      todo: '偶爾發生無須處理；若經常發生，請調高 ORDER_MERGE_SECONDS。',
    },
    deferred: { means: '目的地當時發生錯誤，因此尚未傳送，正在等待。', todo: '' },
    unreachable: {
      means: '無法連線到目的地。',
      todo: '請檢查 DNS、防火牆與端點變數。連線恢復後會自動傳送。',
    },
    'no-answer': {
      means: '請求已送出，但沒有收到完整的回應。',
      todo: '請等待：會以相同的識別碼重送，不會重複計算。',
    },
    throttled: { means: '目的地要求稍候。', todo: '請等待。若持續發生，請向其支援團隊申請更高的速率。' },
    'server-error': {
      means: '目的地回應了它自己的錯誤。',
      todo: '請等待並查看其狀態頁面，系統會自動重送。',
    },
    'invalid-response': {
      means: '回應不是 API 的格式，可能來自中間的代理伺服器或防火牆。',
      todo: '請檢查端點變數，以及這台機器與 API 之間的設備。',
    },
    paused: {
      means: '目的地拒絕了存取權杖或其權限。',
      todo: '請建立新的權杖、更新設定並重新啟動，等待中的事件就會全部送出。',
    },
    'blocked-by-earlier': { means: '同一人或同一訂單較早的訊息必須先送出。', todo: '' },
    rejected: {
      means: '目的地以所顯示的文字拒絕了它。',
      todo: '請在商店頁面或對應設定中修正文字所指的內容，然後再次傳送。',
    },
    'invalid-payload': {
      means: '對應的結果不符合 API 的要求，因此沒有傳送。',
      todo: '請查看所指的欄位，修正來源或更新 Storebeacon，然後再次傳送。',
    },
    'mapping-failed': {
      means: '對應這個事件時發生錯誤。',
      todo: '請更新 Storebeacon，或附上訊息識別碼回報，然後再次傳送。',
    },
    'too-large': {
      means: '單一內容就超過目的地整個請求的大小上限。',
      todo: '請減少商品行數或縮短屬性；這一筆無法送達。',
    },
    'unknown-outcome': {
      means: '已送出但沒有回應，且已超過目的地辨識重複的期限。',
      todo: '請先在目的地確認是否已收到；只有未收到時才再次傳送。',
    },
    'seal-unreadable': {
      means: '無法以 PII_KEY 中的金鑰解開加密的個人資料。',
      todo: '請將舊金鑰加在 PII_KEY 的新金鑰之後，重新啟動後再次傳送。',
    },
    damaged: { means: '無法讀取已儲存的事件。', todo: '請檢查磁碟；若數量很多，請還原備份。它無法傳送。' },
    expired: {
      means: '已等待超過 28 天。',
      todo: '請找出目的地長期不接受的原因；只有 API 接受其時間時才再次傳送。',
    },
  },
  quality: {
    email: '請在登入與結帳時呼叫 identify()，並由商店後端或 webhook 回報訂單：它們知道電子郵件。',
    phone: '請在結帳時詢問電話，並設定 STORE_COUNTRY 以辨識當地號碼。',
    user_id: '登入後請以顧客編號呼叫 identify()。',
    external_id: '登入後請以顧客編號呼叫 identify()；未登入的訪客會以匿名識別碼傳送。',
    anonymous_id: '請在每一頁（包含感謝頁）由商店自己的網域載入標籤。',
    ttclid: '訪客進站時網址中的 `ttclid` 必須保留，轉址不可將其移除；請在到達頁載入標籤。',
    ttp: '`_ttp` Cookie 由 TikTok 像素設定；在訪客同意廣告用途時，請與標籤一起載入像素。',
    ip: '請設定 TRUST_PROXY，才能看到訪客而非代理伺服器的位址。webhook 的訂單需要網頁的佐證。',
    user_agent: 'webhook 的訂單本身沒有此資料：請在感謝頁載入標籤，讓網頁的回報得以合併。',
    name: '請以 identify() 傳送姓名，或由 webhook 回報訂單。',
    address: '請以 identify() 傳送城市、州省與國家，或由 webhook 回報訂單。',
    value: '請隨事件傳送 `value`、`total` 或 `price`；可在該頁的除錯面板查看。',
    currency: '每個金額都請傳送 `currency`：沒有幣別的金額不會傳送。',
    content_id: '每一行商品都請傳送目錄所用的 `product_id`、`variant_id` 或 `sku`（TIKTOK_CONTENT_ID）。',
  },
};
