// The newest token against forgery: signing in again in another tab changes it.
export const renewToken = () => {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (cookie) for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = cookie[1];
};
