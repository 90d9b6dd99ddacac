import type { Advice } from './advice.ts';
import type { ENGLISH_DATABASE } from './english-database.ts';

export const TRADITIONAL_CHINESE_DATABASE: Readonly<Record<keyof typeof ENGLISH_DATABASE, Advice>> = {
  'database-unreachable': {
    means: '無法連線到 {place} 的 PostgreSQL：{error}',
    todo: '請啟動它、修正 DATABASE_URL 中的主機與連接埠，或開放途中的防火牆。',
  },
  'database-host-unknown': {
    means: '找不到 {place} 的 PostgreSQL 主機位址：{error}',
    todo: '請修正 DATABASE_URL 中的主機，或這台機器的名稱伺服器設定。',
  },
  'database-tls-missing': {
    means: '{place} 的 PostgreSQL 不支援 TLS，但 DATABASE_URL 的 sslmode 要求使用：{error}',
    todo: '請在 postgresql.conf 啟用 ssl；若連線路徑安全，也可移除 sslmode。',
  },
  'database-tls-wanted': {
    means: '{place} 的 PostgreSQL 拒絕此使用者從這台機器不經 TLS 連線：{error}',
    todo: '請在 DATABASE_URL 加上 ?sslmode=verify-full（require 不會檢查憑證），或在 pg_hba.conf 允許此使用者。',
  },
  'database-certificate': {
    means: '{place} 的 PostgreSQL 的 TLS 連線因憑證而遭拒：{error}',
    todo: '請在 DATABASE_URL 以 sslrootcert 指定簽發伺服器憑證的憑證授權檔案；sslmode=require 不會檢查憑證。',
  },
  'database-password': {
    means: '{place} 的 PostgreSQL 拒絕使用者或密碼：{error}',
    todo: '請修正 DATABASE_URL 中的使用者與密碼。',
  },
  'database-user': {
    means: '{place} 的 PostgreSQL 不允許此使用者登入：{error}',
    todo: '請修正 DATABASE_URL 中的使用者、以 LOGIN 建立它，或在 pg_hba.conf 允許它。',
  },
  'database-absent': {
    means: '{place} 沒有這個資料庫：{error}',
    todo: '請建立它，或修正 DATABASE_URL 中的名稱。',
  },
  'database-rights': {
    means: '使用者在 {place} 沒有所需的權限：{error}',
    todo: '請授予它該資料庫的 CREATE 權限。已存在的結構描述（schema）必須屬於它。',
  },
  'database-connections-used': {
    means: '{place} 的 PostgreSQL 沒有剩餘的連線：{error}。一個收集器需要 {needed} 個。',
    todo: '請提高 max_connections 或該角色的 CONNECTION LIMIT，或在前方架設 PgBouncer。',
  },
  'database-disk-full': {
    means: '{place} 的 PostgreSQL 磁碟已滿：{error}',
    todo: '請在該伺服器清出空間。',
  },
  'database-pool-used': {
    means: '{place} 的 PgBouncer 未能及時取得可用的連線：{error}',
    todo: '請提高它的 default_pool_size。',
  },
  'database-standby': {
    means: '{place} 的 PostgreSQL 是待命伺服器，只能讀取。',
    todo: '請在 DATABASE_URL 指定主要伺服器。',
  },
  'database-read-only': {
    means: '{place} 的交易只能讀取：default_transaction_read_only 已開啟（設定來源：{source}）。',
    todo: '請在設定處關閉：ALTER ROLE、ALTER DATABASE 或 postgresql.conf。',
  },
  'database-commit-not-synchronous': {
    means:
      '{place} 的 PostgreSQL 設定為 synchronous_commit={setting}（設定來源：{source}）：當機時，已回應的事件可能遺失。',
    todo: '請在設定處改為 on 或 remote_apply：ALTER ROLE、ALTER DATABASE 或 postgresql.conf。',
  },
  'database-fsync-off': {
    means: '{place} 的 PostgreSQL 設定為 fsync=off：斷電可能毀損整個資料庫。',
    todo: '請在 postgresql.conf 設定 fsync=on。',
  },
  'database-too-old': {
    means: '{place} 的 PostgreSQL 版本為 {version}；需要 {oldest} 或更新的版本。',
    todo: '請升級 PostgreSQL。',
  },
  'database-encoding': {
    means: '{place} 的資料庫編碼為 {encoding}；需要 UTF8。',
    todo: '請以 ENCODING ’UTF8’ TEMPLATE template0 建立資料庫，並在 DATABASE_URL 指定它。',
  },
  'database-schema-version': {
    means: '{place} 的結構描述 {schema} 是第 {found} 版的資料表；此程式支援第 {supported} 版。',
    todo: '請啟動寫入這些資料表的程式版本。',
  },
  'database-schema-foreign': {
    means: '{place} 的結構描述 {schema} 有不屬於此程式的資料表：{tables}',
    todo: '請在 DATABASE_URL 指定其他資料庫，或將該結構描述改名。',
  },
  'database-failed': {
    means: '{place} 的 PostgreSQL 無法使用：{error}',
    todo: '請查看 PostgreSQL 伺服器的紀錄。',
  },
  'database-ready': {
    means:
      '{place} 的 PostgreSQL {version} 可以使用。此使用者剩餘的連線：{left}；一個收集器需要 {needed} 個。',
    todo: '',
  },
  'database-few-connections': {
    means: '此使用者在 {place} 剩餘的連線：{left}。再加一個收集器需要 {needed} 個。',
    todo: '請提高 max_connections 或該角色的 CONNECTION LIMIT，或在前方架設 PgBouncer。',
  },
  'database-clock': {
    means: '這台機器與 {place} 的 PostgreSQL 的時鐘相差 {seconds} 秒。',
    todo: '請讓兩者都與時間伺服器（NTP）同步。收集器以 PostgreSQL 的時鐘為準。',
  },
};
