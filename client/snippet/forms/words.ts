/**
 * What forms call a sign-up, a registration or a log-in, and what they call something else, in the languages of shops:
 * English, German, French, Spanish, Italian, Portuguese, Dutch, Chinese, Japanese and Korean. Compared with text in small
 * letters without accents, whose words are separated by spaces.
 */
const SIGN_UP = new RegExp(
  'subscri|infolettre|abonn|mailing ?list|newsl|boletin|suscri|iscri|inscri|cadastr|inscre' +
    '|regist(?!ry)|anmeld|aanmeld|einlogg|inlog|connexion|connect(er|ez)|accedi|sesion' +
    '|login|(^| )(log|sign) ?(in|on)( |$)|(^| )sign ?up(?!load|date)|join us|(create|konto|crea|creer)\\w* (an |un |una )?(account|compte|cuenta|erstellen|anlegen)' +
    '|訂閱|로그인|注册|电子报|註冊|電子報|加入會員|登录|登錄|加入会员|구독|登録|登入|订阅|ログイン|뉴스레터|メルマガ|購読|가입',
);
const OTHER = new RegExp(
  'unsub|desub|opt ?out|unregist|deregist|abmeld|abbestell|afmeld|uitschrijv|desabonn|desinscr|desuscri|disiscri|descadastr|(^| )baja( |$)|(cancelar|annull\\w+) (la |l )?(suscri|iscri|inscri)' +
    '|registry|gift ?(card|list|certificate|message|to )|wunschliste|geschenk|cadeau|regalo|lista de|liste de' +
    '|refer|friend(?!l)|freund|(^| )ami(e|s)?( |$)|amig[oa]|amic[oa]|invit|recipient|receiver|empfanger|empfehl|destinat|parrain|share' +
    '|checkout|billing|payment|kasse|zahlung|paiement|(^| )pago' +
    '|取消[訂订]|退[訂订]|解除|停止|退会|好友|朋友|親友|亲友|友達|友人|推薦|推荐|紹介|邀請|邀请|招待|收件|收禮|禮[物品券]|礼[物品券]|贈|赠|ギフト|プレゼント|お届け先|結帳|结账|結賬|購入|취소|해지|친구|선물|추천|초대',
);

/** Longer markup says no more. */
const MAX_CHARACTERS = 3_000;

/** `signUp_form` and `Sign-up` are `sign up form`, `désabonner` is `desabonner`. */
const simplify = (text: string) =>
  text
    .slice(0, MAX_CHARACTERS)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .replace(/[\s!-/:-@[-`{-~]+/g, ' ');

export const isSignUp = (text: string) => SIGN_UP.test(simplify(text));
/** It also unsubscribes, asks for somebody else's address, or is part of a purchase. */
export const isOther = (text: string) => OTHER.test(simplify(text));
