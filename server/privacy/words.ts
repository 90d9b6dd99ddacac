/**
 * What a word of a field's name says about its value. Words are in lower case and without accents (`prenom`, `strasse`); an
 * expression of several is written with blanks (`date of birth`).
 */
export type Role = keyof typeof WORDS;

const WORDS = {
  email: `email, emails, e mail, mail, mails, email address, e mail address, mail address, emailadresse, e mail adresse,
    mailadresse, correo, correo electronico, courriel, adresse email, adresse mail, adresse electronique, paypal,
    電子郵件, 电子邮件, 電子信箱, 电子邮箱, 郵件, 邮件, 信箱, 邮箱, 郵箱, メール, メールアドレス, eメール`,
  phone: `phone, phones, phone number, telephone, tel, msisdn, whatsapp, whats app, fax, landline, cellphone, mobilephone,
    telefon, telefonnummer, telefonnr, handynummer, handynr, mobilnummer, mobilfunknummer, ruckrufnummer, faxnummer,
    festnetz, telefono, telefonos, telefonica, contact number, telephones, sms number, call back number, callback number, wa id,
    電話, 电话, 手機, 手机, 行動電話, 市話, 傳真, 传真, 門號, 聯絡方式, 联系方式, 連絡先, 携帯, 携帯電話, ファックス`,
  weakPhone: `mobile, mobiles, cell, cellular, handy, mobil, movil, celular, portable, gsm, 座機, 座机`,
  name: `name, names, nom, nombre, 名稱, 名称, 名`,
  fullName: `fullname, full name, your name, my name, real name, realname, legal name, maiden name, birth name, nickname, nick name, nick,
    display name, displayname, username, user name, user login, login name, middlename, middle name, middle initial, mname,
    initials, pseudo, pseudonym, name on card, preferred name, nicename, vollstandiger name, vollstaendiger name, spitzname,
    benutzername, nutzername, anrede und name, kontoinhaber, karteninhaber, nombre completo, nombre usuario, apodo,
    usuario, nombre apellidos, nombre y apellidos, nom complet, nom prenom, surnom, nom utilisateur, identifiant connexion,
    screen name of user, skype, wechat, telegram, line id, instagram handle, twitter handle,
    姓名, 全名, 真實姓名, 真实姓名, 暱稱, 昵称, 氏名, 名前, フリガナ, ふりがな, ニックネーム, 使用者名稱, 用户名, 用戶名,
    ユーザー名, 登录名, 登入名, 帳號, 微信, 微信號, 微信号, カード名義, 名義`,
  firstName: `firstname, first name, fname, given name, givenname, forename, additional name, first, vorname, prenom,
    primer nombre, sei mei, 名字`,
  lastName: `lastname, last name, lname, family name, familyname, surname, last, nachname, familienname, zuname, apellido,
    apellidos, primer apellido, segundo apellido, nom de famille, nom famille, sei, mei, 姓, 姓氏, 苗字, セイ, メイ`,
  alone: `recipient, recipients, gift recipient, gift sender, receiver, consignee, addressee, contact person, person to contact, emergency contact, pickup person,
    cardholder, card holder, card owner, cc owner, account holder, signer, signatory, buyer, payer, purchaser, sender, invitee,
    attendees, participants, passengers, empfanger, empfaenger, ansprechpartner, besteller, destinatario, titular, titular tarjeta,
    destinataire, titulaire, titulaire carte, 收件人, 收件者, 收貨人, 收货人, 取貨人, 聯絡人, 联系人, 連絡人, 訂購人, 订购人, 購買人,
    购买人, 寄件人, 持卡人, 受取人, 届け先`,
  zip: `zip, zipcode, zip code, postal, postal code, postalcode, postcode, post code, pincode, pin code, eircode, plz,
    postleitzahl, codigo postal, cp, code postal, 郵遞區號, 邮编, 邮政编码, 郵便番号, 〒`,
  address: `address, addresses, addr, street address, address line, adresse, anschrift, direccion, domicilio, adressen,
    lieferadresse, rechnungsadresse, lieferanschrift, strasse hausnr, adresszusatz, hausnummer, hausnr, house number,
    house no, apartment, apt, complement adresse, numero calle, street number,
    地址, 住址, 住所, 門牌, 门牌, 番地, 町名, 建物名, マンション名`,
  weakAddress: `street, streets, street name, unit, building, floor, suite, district, strasse, rue, calle, piso, line, detail, 街道, 區, 区`,
  birth: `birthday, birth, birthdate, bday, dob, born, date of birth, geburtsdatum, geburtstag, geburtsjahr, naissance,
    date naissance, date de naissance, anniversaire, nacimiento, fecha nacimiento, fecha de nacimiento, cumpleanos, cumple,
    生日, 出生, 出生日期, 出生年月, 生年月日, 誕生日`,
  secret: `password, passwords, passwd, pwd, passcode, passphrase, secret, secrets, token, tokens, otp, mfa code, jwt, csrf,
    authorization, apikey, api key, access key, private key, secret key, security answer, one time code, verification code,
    sms code, auth code, passwort, kennwort, geheimnis, contrasena, mot de passe, motdepasse, mdp, bearer,
    密碼, 密码, 驗證碼, 验证码, パスワード, 暗証番号, 認証コード, 確認コード`,
  weakSecret: `pin, clave`,
  bank: `iban, bic, cvv, cvv2, cvc, cvc2, csc, cid, rib, pan, card number, card no, card num, cc number, cc num, cardnumber,
    account number, bank account, bank account number, routing number, sort code, security code, verification value,
    card expiry, expiration date card, card expiration, card pan, kontonummer, bankverbindung, kartennummer, kreditkartennummer,
    prufziffer, pruefziffer, kartenprufnummer, kartenpruefnummer, numero tarjeta, numero cuenta, cuenta bancaria,
    codigo seguridad, numero carte, numero carte bancaire, code securite, cryptogramme, compte bancaire,
    卡號, 卡号, 信用卡號, 信用卡卡號, 信用卡号, 銀行帳號, 银行卡号, 银行账号, 安全碼, 安全码, 末三碼, 口座番号, 銀行口座, カード番号,
    クレジットカード番号, セキュリティコード`,
  card: `credit card, creditcard, debit card, kreditkarte, tarjeta credito, carte bancaire, card`,
  official: `ssn, social security, social security number, national id, national id number, nationalid, national insurance,
    national insurance number, ni number, nin, nino, id card, id card no, identity card, passport, passport no, passport number,
    tax id, taxid, taxpayer, taxvat, vat id, vat number, driver license, drivers license, driver licence, driving licence,
    aadhaar, sin number, carrier number, personalausweis, personalausweisnummer, ausweisnummer, reisepass, reisepassnummer,
    steuernummer, steuernr, steuer id, sozialversicherungsnummer, dni, nif, nie, pasaporte, documento identidad, cedula, rfc, curp,
    passeport, carte identite, num secu, numero securite sociale, securite sociale, pan number,
    身分證, 身分證字號, 身份證, 身份证, 護照, 护照, 居留證, 社保, 載具, マイナンバー, 免許証, パスポート`,
  ip: `ip, ips, ip address, ip addr, ip adresse, remote addr, remote address, x forwarded for, ipアドレス`,
  /** Of the person who acts, or of one who may be. */
  person: `customer, customers, client, clients, user, users, member, guest, shopper, visitor, person, people, contact, contacts, profile,
    subscriber, applicant, registrant, lead, billing, bill, purchaser, buyer, payer, owner, cardholder, mein, kunde, kunden,
    besteller, cliente, clientes, mi, acheteur, 會員, 会员, 顧客, 客戶, 客户, 買家, 买家, 用戶, お客様, 購入者, 注文者, 使用者`,
  /** Often of somebody else. */
  otherPerson: `shipping, ship, gift sender, gift recipient, delivery, recipient, receiver, consignee, addressee, invitee, friend, emergency, spouse, kid,
    child, children, parent, mother, father, sender, referral, referrer, referred, attendee, participant, passenger, traveler,
    traveller, reviewer, doctor, patient, student, teacher, employee, staff, signer, signature, holder, beneficiary, donor,
    tenant, agent, payee, driver, liefer, empfanger, empfaenger, rechnung, destinatario, destinataire, envio, facturation,
    facturacion, livraison, 收件, 收件人, 收貨, 收货, 收貨人, 收货人, 寄件人, 送貨, 送货, 寄送, 帳單, 届け先, 配送先, 請求先, 担当者,
    配偶, 聯絡人, 联系人, 購買人`,
  /** Of a company or shop: its name and address are no person's. */
  org: `company, companies, account, organization, organisation, business, merchant, seller, supplier, vendor, manufacturer, shop,
    store, brand, warehouse, team, department, workspace, affiliation, branch, hotel, school, firma, firmen, unternehmen,
    hersteller, marke, marken, geschaft, geschaefts, geschafts, filial, filiale, laden, empresa, tienda, marca, comercial, razon social,
    societe, entreprise, boutique, magasin, marque, raison sociale, fabricant, carrier, courier,
    公司, 企業, 企业, 品牌, 店, 店鋪, 店铺, 店舗, 商店, 門市, 商家, 會社, 会社, 法人, ブランド, ショップ, メーカー`,
  /** Of something that is no person, or about a value instead of the value itself. */
  thing: `product, products, part, lot, batch, item, items, goods, sku, variant, variants, variation, article, category, categories, subcategory,
    collection, collections, catalog, catalogue, list, wishlist, cart, basket, order, orders, checkout, invoice, payment, pay, shipment,
    tracking, ad account, method, methods, option, options, coupon, promo, promotion, discount, voucher, deal, sale, reward, prize, loyalty, tier, club,
    points, event, events, action, campaign, ad, ads, adset, adgroup, audience, segment, creative, banner, popup, widget, button,
    click, link, page, pages, screen, section, tab, menu, form, field type, quiz, survey, question, answer, step, flow, funnel,
    experiment, experience, feature, flag, test, template, theme, layout, block, element, tag, tags, class, function, file, files,
    image, images, video, document type, app, apps, application, browser, device, os, host, domain, site, website, view,
    network, channel, source, medium, plan, subscription, project, role, group, groups, type, types, kind, status, state, count,
    counts, size, length, total, amount, price, rate, score, rating, review, reviews, version, model, color, colour, material, style,
    pattern, series, edition, season, case, cover, brand name, language, currency, timezone, locale, market,
    course, article, blog, song, playlist, recipe, game, badge, venue, title, subject, message, note,
    reset, requested, required, verified, verification, valid, validation, enabled, disabled, available, optin, opt in, consent, filled, collected,
    provided, blocked, sent, opened, signup, strength, policy, format, support, service, services, download, hoodie,
    marketing, field name, input name, input type, parameter, agent name, user agent, web address, mac address, wallet address,
    i phone, iphone, form name, book, offer, offers, level, rank, bonus, gift card, ring, show, label, lists, slot, index,
    produkt, artikel, kategorie, gutschein, aktion, aktions, kampagne, kampagnen, zahlung, zahlungs, zahlungsart, versand, bestell, auftrags,
    sendungs, seiten, datei, varianten, gruppe, gruppen, veranstaltung, veranstaltungs, farbe, rechnungs, artikels, warengruppe, benutzergruppe, hulle, huelle, groesse,
    producto, productos, categoria, campana, archivo, evento, pagina, pedido, cupon, descuento, promocion, metodo, pago, envio metodo, factura, articulo,
    verificado, verificada, bloqueada, codigo producto, estado,
    produit, produits, articles, catégorie, categorie, campagne, fichier, evenement, commande, remise, paiement, mode, statut, verifie, verifiee,
    商品, 產品, 产品, 品名, 分類, 分类, 類別, 类目, 規格, 规格, 款式, 顏色, 颜色, 優惠, 优惠, 優惠券, 优惠券, 活動, 活动, 促銷, 促销, 付款, 支付方式, 送貨方式, 運送,
    物流, 快递, 頁面, 页面, 檔案, 文件, 檔, 圖片, 图片, 標籤, 專案, 套餐, 渠道, 等級, 等级, 訂單, 订单, 幣別, 贈品, 狀態, 状态, 型號, 型号, 殼, 壳, 類型, 类型,
    數量, 数量, 行銷, 方案, 禮, 按鈕, 按钮, 群組, 群组, 方式, 標題, 标题, 類目, 類別名稱, 組合, 團購,
    製品, カテゴリ, カテゴリー, クーポン, キャンペーン, イベント, 注文, 支払, 支払い, 配送方法, ページ, ファイル, 画像, ランク, プラン, コース, 在庫, サイト, タイトル, 端`,
  /** Names an id, a code or a time: digits in it are neither phone nor card. */
  id: `id, ids, uid, uuid, guid, gid, sku, barcode, gtin, ean, upc, isbn, asin, mpn, serial, hash, handle, timestamp, ts,
    datetime, version, build, seq, sequence, reference, ref, external id, key, revision, checksum, etag, checkout token,
    cart token, order token, user agent, useragent, code, codes, 編號, 编号, 編碼, 品號, 型番, コード, 貨號`,
  /** With a thing, its id (`order number`); with a phone, a part of its name. */
  number: `number, numbers, no, num, nr, nummer, numero, 號碼, 号码, 番号, 號, 号`,
  neutral: `my, your, our, the, of, de, del, du, des, la, le, l, d, a, and, und, y, et, on, in, for, value, field, input, text, txt,
    primary, main, secondary, default, home, private, personal, work, mobile home, daytime, evening, other, alt, alternate, alternative, new, old, current, former,
    info, information, data, details, detail info, confirm, confirmation, confirmed, raw, plain, clean, formatted, full, complete,
    e164, national, international, local, country code, area code, kana, kanji, katakana, hiragana, kontakt, contacto, privat, date, day,
    month, year, datum, fecha, jahr, jour, voll, komplett, completo, login, session, auth, access, refresh, zip4,
    billing info, second, third, postale, livraison, usage, card4, account info, input field, enhanced, conversion, customer info,
    お, ご, 様, さま, 者, 先, カナ, かな, 確認, 詳細, 详细, 聯絡, 連絡, 联系, 登入, 登录, 行動, 固定, 公司行號, 家庭, 通訊, 信用, 日期, 字號, 支付, 短信, 簡訊,
    英文, 中文, 您的, 你的, 我的, 本人`,
  hashed: 'sha256, sha, hashed, hash, digest',
} as const satisfies Record<string, string>;

const ROLE_NAMES = Object.keys(WORDS) as Role[];
/** A bit for each role: a word can have several, as a `recipient` is a person, and alone it is the person's name. */
export const ROLE = Object.fromEntries(ROLE_NAMES.map((role, place) => [role, 1 << place])) as Record<
  Role,
  number
>;

/** The bits of every word and expression. */
export const ROLES: ReadonlyMap<string, number> = collect();

function collect(): Map<string, number> {
  const roles = new Map<string, number>();
  for (const role of ROLE_NAMES)
    for (const word of WORDS[role].split(/,\s*/)) roles.set(word, (roles.get(word) ?? 0) | ROLE[role]);
  return roles;
}
