# Written by hand, before the generator: every piece must stand in `_generated/resources.py` to the byte.
# --- piece
    def create(
        self, *, name: str, description: str, **options: Unpack[CallOptions]
    ) -> ProductCreated:
        """Adds an offering that campaigns can sell.

        A repeat makes a second offering: there is no update or delete, so look before you call
        again. The plan may limit the number of offerings (403).

        Costs 1 credit. Quota: its own, or that of tier `low` where the service limits by tier. Sent
        again only where it surely did not arrive, or after 429.

        Args:
            name: Name, at least 3 characters.
            description: Full description that the AI can sell from, at least 10 characters.
            **options: Options of this call, see `CallOptions`.

        Returns:
            A product that was just created.

        Raises:
            InvalidRequestError: The service answers `validation_error`.
            KakiyoError: Any other failure; its class tells the kind.

        Source: docs: /api-reference/products/create
        """
        return self._call(
            ProductCreated, "products.create", {"name": name, "description": description}, options
        )
# --- piece
    def list(
        self,
        campaign_id: str,
        *,
        status: int | None = None,
        is_paused: bool | None = None,
        has_responded: bool | None = None,
        **options: Unpack[PageOptions],
    ) -> Paginator[Prospect]:
        """Lists the conversations of one campaign with their people.

        `id` is the id of the conversation (chat), `prospect.id` that of the person.

        Costs 1 credit a page of up to 100 rows. Quota: its own, or that of tier `medium` where the
        service limits by tier. Sent again after connection failures, time-outs, 429 and 5xx.

        Args:
            campaign_id: The campaign.
            status: Conversation status code.
            is_paused: Only paused, or only running, conversations.
            has_responded: Whether a time of a last message is recorded; for answers use `status` 4.
            **options: Options of this call, see `PageOptions`.

        Returns:
            A paginator, which asks when it is iterated. Each row: One conversation of a campaign
            with its person.

        Raises:
            NotFoundError: The service answers `not_found`.
            KakiyoError: Any other failure; its class tells the kind.

        Source: docs: /api-reference/prospects/list
        """
        return self._paginate(
            Prospect,
            "prospects.list",
            {
                "campaignId": campaign_id,
                "status": status,
                "isPaused": is_paused,
                "hasResponded": has_responded,
            },
            options,
        )
# --- piece
    def add_batch(
        self,
        *,
        campaign_id: str,
        prospects: Iterable[ProspectInput | Mapping[str, object]],
        **options: Unpack[CallOptions],
    ) -> ImportAccepted:
        """Queues up to 100 LinkedIn profiles for import into one campaign.

        The answer means "queued": `wait_for_import` or `import_status` tell what became of it. The
        server normalises the addresses, leaves out people that the campaign has already and people
        on the Do Not Contact list, then makes the conversations.

        Costs 1 credit. Quota: its own, or that of tier `low` where the service limits by tier. Sent
        again only where it surely did not arrive, or after 429.

        Args:
            campaign_id: The campaign that receives them.
            prospects: The profiles, 1 to 100 a call.
            **options: Options of this call, see `CallOptions`.

        Returns:
            An import that was queued.

        Raises:
            InvalidRequestError: The service answers `validation_error`.
            NotFoundError: The service answers `not_found` or `campaign_not_found`.
            KakiyoError: Any other failure; its class tells the kind.

        Source: docs: /api-reference/prospects/add-batch
        """
        return self._call(
            ImportAccepted,
            "prospects.add_batch",
            {"campaignId": campaign_id, "prospects": renamed(prospects, PROSPECT_INPUT)},
            options,
        )
# --- piece
    def state(self, context_id: str, **options: Unpack[CallOptions]) -> EmotionState:
        """Reads the latest emotional state of a context.

        A context that has ended is not found: then start anew. Some servers answer an unknown
        context with no emotions instead.

        Metered in requests and tokens by Kaiko, not in Kakiyo credits. Quota: 10 at once and 1,000
        a minute for the whole key. Sent again after connection failures, time-outs, 429 and 5xx.

        Args:
            context_id: The context.
            **options: Options of this call, see `CallOptions`.

        Returns:
            The stored emotions of a context or of one of its messages.

        Raises:
            NotFoundError: The service answers `context_not_found`.
            KakiyoError: Any other failure; its class tells the kind.

        Source: docs: /api/emotions
        """
        return self._call(EmotionState, "emotions.state", {"contextId": context_id}, options)
